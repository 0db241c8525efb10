//! Fitting text into a width, counted in cells as the screen counts them.

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// How many cells a text takes.
pub fn cells(text: &str) -> usize {
    text.graphemes(true).map(width).sum()
}

/// How many cells one sign takes.
pub fn width(sign: &str) -> usize {
    // The screen leaves control characters out.
    if sign.contains(char::is_control) { 0 } else { sign.cell_width().into() }
}

/// The beginning of a text, with `cut` at its end when something is left out.
pub fn fit(text: &str, width: usize, cut: &str) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(cells(cut));
    let mut fitted = taken(text.graphemes(true), room).collect::<String>();
    if cells(cut) <= width {
        fitted.push_str(cut);
    }
    fitted
}

/// The end of a text, with `cut` in front when something is left out.
pub fn fit_left(text: &str, width: usize, cut: &str) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(cells(cut));
    let mut signs: Vec<&str> = taken(text.graphemes(true).rev(), room).collect();
    if cells(cut) <= width {
        signs.push(cut);
    }
    signs.into_iter().rev().collect()
}

fn taken<'a>(signs: impl Iterator<Item = &'a str>, room: usize) -> impl Iterator<Item = &'a str> {
    signs.scan(room, |left, sign| {
        *left = left.checked_sub(width(sign))?;
        Some(sign)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(fit("Fence", 5, "…"), "Fence");
        assert_eq!(fit("Fences", 5, "…"), "Fenc…");
        assert_eq!(fit("申請書", 5, "…"), "申請…");
        assert_eq!(fit("申請書", 4, "…"), "申…");
        assert_eq!(fit("Fence", 0, "…"), "");
        assert_eq!(fit("Fence", 2, "..."), "");
        assert_eq!(fit_left("Permits / Fence", 8, "…"), "…/ Fence");
    }

    proptest::proptest! {
        #[test]
        fn the_result_is_never_wider(text in ".{0,40}", width in 0usize..30) {
            proptest::prop_assert!(cells(&fit(&text, width, "…")) <= width);
            proptest::prop_assert!(cells(&fit_left(&text, width, "...")) <= width);
        }
    }
}
