"""
Verifying: judge one credential against a trust file and what the chain says.

    trust        the verifier's own list of networks and accreditors
    result       how one check ended
    checks       one pure function for each question
    verdict      the table that turns check results into one verdict
    judgement    the checks of one anchor proof, in order
    claims       what the credential says, as plain JSON for pages
    lines        what is known about issuer and network, and general warnings
    report       the answer `attestree.verification/1`
    writing      the report of a judgement
    written      its bytes
    verifier     the steps, in order
    kin          the short way for credentials of a batch that was seen, with
                 kindred (which are remembered), batch_standing (what the registry said) and forms (answers)
    shapes       shapes of signed documents that are remembered
    trust_union  joining two trust files

Fetching is behind `ports.ChainFacts`. Source: DESIGN sections 7 and 10.
"""
