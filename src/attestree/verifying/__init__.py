"""
Verifying: judge one credential against a trust file and what the chain says.

    trust      the verifier's own list of networks and accreditors
    checks     one pure function for each question
    verdict    the table that turns check results into one verdict
    claims     what the credential says, as plain JSON for pages
    report     the answer `attestree.verification/1`
    verifier   the steps, in order

Fetching is behind `ports.ChainFacts`. Source: DESIGN sections 7 and 10.
"""
