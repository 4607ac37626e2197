"""
The W3C VC API: what production answers, and a profile for the public test suites.

Decides shapes and routes. `production` puts the standard's routes over our strict verifier. Everything else
here is the conformance profile, an application of its own that needs no chain and believes anybody: it
exists so that suites can ask whether we follow the standards. Source: W3C CCG VC API 0.7; DESIGN section 10.

    models          what is sent
    production      /credentials/verify and /presentations/verify, by the trust file
    instances       which suites and keys the profile signs with
    bench           issue and verify, by the standards alone
    run_lists    the status lists of a run
    conformance     the profile's application
    certificate     https for a run
    server          starts it
"""
