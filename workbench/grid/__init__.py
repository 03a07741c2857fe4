"""The cells of an experiment through the runner.

`grid` sends them and stops them, `pace` says when a request may go out, `budget` what may still be sent, and `events`
are what a grid says meanwhile.
"""
