"""Formulas as one line of characters."""

import pytest

from digest.tex.formula import Unreadable, first_atom, formula, lowered, raised

_READABLE = [
    ("x^ 2", "x²"),
    (r"O(N \log N)", "O(N log N)"),
    (r"\mathcal{L}_2", "L₂"),
    ("10^{-3}", "10⁻³"),
    ("x_{ij}", "x_ij"),
    (r"\frac{a}{b}", "a/b"),
    (r"\sqrt{n}", "√n"),
    (r"M \models \neg p", "M ⊨ ¬p"),
    (r"\sim 5", "∼5"),
    ("n=3", "n=3"),
    (r"\hat\alpha = +0.024", "α̂ = +0.024"),
    (r"x \in X", "x ∈ X"),
    (r"x\in X", "x ∈ X"),
    (r"\min_{x \in X} \max_{y \in Y} f(x,y)", "min_(x ∈ X) max_(y ∈ Y) f(x,y)"),
    (r"\sum_{i=1}^n\left(f_i(x_i) + h(y)\right)", "∑_(i=1)ⁿ(f_i(x_i) + h(y))"),
    (r"f\colon\mathbb R^n\to\mathbb R", "f: ℝⁿ → ℝ"),
    (r"O(\max\left\{|\mathcal{O}|^{1/2}n^{-1/2}\right\})", "O(max{|O|^(1/2) n^(-1/2)})"),
    (r"\{1,\dots,10\}", "{1,…,10}"),
    (r"A \times B", "A × B"),
    (r"128\times128", "128×128"),
    (r"x = \pm 4", "x = ±4"),
    (r"5.62 \pm 2.28", "5.62 ± 2.28"),
    (r"D \propto S^{-0.10\pm0.01}", "D ∝ S^(-0.10±0.01)"),
    (r"T\log(T)", "T log(T)"),
    (r"\varepsilon^{\frac{2}{k+1}}", "ε^(2/(k+1))"),
    (r"\frac{p(1-p)}{2}\sum\theta^2", "(p(1-p))/2 ∑ θ²"),
    (r"q\mid\mid\overline{p}", "q |  | p̄"),
    (r"\psi_n=\frac{n}{d}", "ψ_n=n/d"),
    (r"\eta=J(q)\dot{q}", "η=J(q)q̇"),
    (r"180^\circ", "180°"),
    ("k^{th}", "kth"),
    (r"\rho^*", "ρ*"),
    (r"\unicode{x2014}", "—"),
    (r"a \cdot b \bmod 113", "a · b mod 113"),
    (r"\|U\|_\oplus=\inf_{g,f\in L^\infty}", "‖U‖_⊕=inf_(g,f ∈ L^∞)"),
    (r"\log\det(\sum_i p_i)", "log det(∑_i p_i)"),
    (r"\text{s.t.} \ x", "s.t. x"),
    ("2{,}184", "2,184"),
    ("x_ix_j", "x_i x_j"),
    ("A^Tx", "A^T x"),
    (r"\beta \in [0,1]", "β ∈ [0,1]"),
    (r"\alpha , x", "α, x"),
    ("n^{2}k", "n²k"),
    (r"\mathrm{SL}(d,\mathbb{Z}) \ltimes \mathbb{Z}^d", "SL(d,ℤ) ⋉ ℤ^d"),
    (r"\Delta_{\text{opt}} D_{\max}", "Δ_opt D_max"),
    (r"\mathbb E\sup_{x\in T}X_x", "E sup_(x ∈ T) X_x"),
    (r"(R-K)\log K/\Delta^2", "(R-K) log K/Δ²"),
    (r"\sigma(x){=}\Re\{\gamma\}", "σ(x)=Re{γ}"),
    (r"2^{\frac{1}{2}}", "2^(1/2)"),
    (r"\int_0^{4\sigma(x)}\sqrt{\log N}", "∫₀^(4σ(x)) √(log N)"),
    ("x'^2", "x′²"),
    (r"\tilde{\mathcal{O}}(\epsilon^{-4})", "Õ(ε⁻⁴)"),
    (r"\pi_{0.5}", "π₀.₅"),
    ("p < .001", "p < .001"),
    (r"\hat{x}_t", "x̂_t"),
    (r"k_{\rm B}T", "k_B T"),
    (r"\frac12", "1/2"),
    (r"90\%", "90%"),
    (r"\lim_{N \to \infty} 1/N", "lim_(N → ∞) 1/N"),
    (r"\operatorname*{argmax}_x f", "argmax_x f"),
    (r"{\cal O}(n)", "O(n)"),
    (r"{\sim}5", "∼5"),
    (r"\lceil\frac{5n}{6} \rceil", "⌈5n/6 ⌉"),
    (r"3\,000", "3 000"),
    (r"O\!\big(n\big)", "O(n)"),
    (r"\alpha_{i,j}", "α_(i,j)"),
    (r"\log_2 n", "log₂ n"),
    (r"\nabla f(\mathbf{x})/\|\nabla f(\mathbf{x})\|", "∇f(x)/‖∇f(x)‖"),
    (r"1 - \alpha", "1 - α"),
    (r"\lambda \rightarrow 0", "λ → 0"),
    (r"(\alpha=0.5, \beta = 1)", "(α=0.5, β = 1)"),
    (r"\tilde{w}_1, \ldots, \tilde{w}_n", "w̃₁, …, w̃_n"),
    (r"O(d^{s^\star/2} \lor d)", "O(d^(s*/2) ∨ d)"),
    (r"\frac{1}{2n}\sum_i x", "1/(2n) ∑_i x"),
    (r"\sqrt[3]{x}", "³√x"),
    (r"\left. x \right|_0", "x |₀"),
    (r"\frac{x}{y}^2", "(x/y)²"),
    (r"2\frac{a}{b}c", "2(a/b)c"),
    (r"\hat{x_i}", "x̂_i"),
    (r"\textbf{a} \text{ if } b", "a  if  b"),
    (r"n^{\rm th}", "nth"),
    ("f^{(k)}", "f^(k)"),
    ("|x|^2", "|x|²"),
    ("f''(x)", "f′′(x)"),
    (r"x^\dagger", "x†"),
    (r"\mathbf{1}_{A}", "1_A"),
    (r"\deg(v)", "deg(v)"),
    (r"\mathbb{E}[X]", "E[X]"),
    (r"H^{\otimes n}", "H^(⊗n)"),
    (r"\mathrm{M}_\odot", "M_⊙"),
    ("x_i^2y", "x_i²y"),
    ("^2", "²"),
    ("_i", "_i"),
    (r"\log|H|", "log |H|"),
    (r"a\,,b", "a ,b"),
]

_DEFINED_BY_AUTHORS = [
    (r"\cG^o", "G^o"),
    (r"\bU + \vx + \calF + \scrL", "U + x + F + L"),
    (r"\R, \RR^n, \bbE, \EE", "ℝ, ℝⁿ, E, E"),
    (r"\eps \lam \sig", "ελσ"),
    (r"\bigO(n \log n)", "O(n log n)"),
    (r"21.41\db", "21.41 db"),
    (r"\image", "image"),
    (r"\h(x)", "h(x)"),
    (r"\O(n)", "O(n)"),
    (r"\KL{p}{q}", "KL(p, q)"),
    (r"\norm{x}_2 \le \abs{y}", "‖x‖₂ ≤ |y|"),
    (r"\inner{x}{y} = \ket{0}", "⟨x, y⟩ = |0⟩"),
    (r"\vect{x} \label{eq}", "x"),
    (r"\SI{2.8}{\micro\meter}", "2.8 μm"),
    (r"5\,\si{m.s^{-1}}", "5 m s⁻¹"),
    (r"x \overset{d}{=} y", "x =^d y"),
    (r"x \not= y \not\in z", "x ≠ y ∉ z"),
    (r"\begin{cases} a & b \\ c & d \end{cases}", "a b ; c d"),
    (r"\widehat{AB}", "ÂB"),
    (r"\textcolor{red}{x}", "x"),
    (r"\xrightarrow{f}", "→"),
]

_UNREADABLE = [
    r"\unicode{x202e}",
    "x_{}",
    "a_{i",
    "x^{",
    "{x",
    "x}",
    r"\unicode{x110000}",
]


@pytest.mark.parametrize(("source", "shown"), _READABLE, ids=[source for source, _ in _READABLE])
def test_a_formula_becomes_a_line_of_characters(source: str, shown: str) -> None:
    assert formula(source, 0, len(source)) == shown


@pytest.mark.parametrize(("source", "shown"), _DEFINED_BY_AUTHORS)
def test_a_macro_that_authors_define_shows_what_it_means_or_its_name(source: str, shown: str) -> None:
    assert " ".join(formula(source, 0, len(source)).split()) == shown


@pytest.mark.parametrize("source", _UNREADABLE)
def test_a_formula_without_plain_form_is_refused_as_a_whole(source: str) -> None:
    with pytest.raises(Unreadable):
        formula(source, 0, len(source))


def test_a_formula_ends_at_the_given_position() -> None:
    assert formula(r"a $x^2$ b", 3, 6) == "x²"


def test_the_first_atom_comes_with_its_arguments_and_scripts() -> None:
    source = r"\mathcal{O}_n(n) is"
    assert first_atom(source, 0, len(source)) == ("O_n", source.index("("))


@pytest.mark.parametrize(
    ("shown", "above", "below"),
    [
        ("2", "²", "₂"),
        ("-1", "⁻¹", "₋₁"),
        ("n", "ⁿ", "_n"),
        ("T", "^T", "_T"),
        ("0.5", "^0.5", "₀.₅"),
        ("n+1", "ⁿ⁺¹", "_(n+1)"),
        ("i,j", "^(i,j)", "_(i,j)"),
        ("th", "th", "_th"),
        ("⋆", "*", "_⋆"),
    ],
)
def test_scripts_are_small_where_every_phone_has_the_letters(shown: str, above: str, below: str) -> None:
    assert (raised(shown), lowered(shown)) == (above, below)
