"""
The service: verification, public look-ups and pages over HTTP.

Decides how a question arrives and an answer leaves; what the answer is comes from the use cases.
Source: DESIGN section 10.
"""
