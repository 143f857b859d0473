//! The theme: roles to styles, by what the terminal can do.

/// How many colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None: bold, dim, underline and reverse only.
    Mono,
    /// The terminal's own 16.
    Sixteen,
    /// 256.
    TwoFiftySix,
    /// True colour.
    True,
}

/// What a frame is drawn with.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Colours.
    pub depth: Depth,
    /// One-cell ASCII twins instead of the glyphs.
    pub ascii: bool,
    /// Name of the palette: `auto`, `dark`, `light`, `cb`, `high`.
    pub name: String,
    /// No spinner, no bold flash.
    pub reduced_motion: bool,
}
