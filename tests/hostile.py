"""What an owner may be called by who wishes the portal ill, or only likes emoji."""

from hypothesis import strategies as st

NAMES = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "</td></table><img src=x onerror=alert(1)>",
            "{{ centre.phone }}{% if x %}{{ 7*7 }}",
            "王\r\nBcc: all@example.com",
            "\u202e\u2066绥靖\u2069",
            "王" * 200,
            "👨‍👩‍👧‍👦🀄",
            '=cmd|"/C calc"!A0',
            "\n=1+1",
            "\x00=1+1",
            "@SUM(A1:A9)",
            "＝1+1",
            "-2+3",
            "\x00\x1b[31m",
        ]
    ),
)
