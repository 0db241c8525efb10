//! What the terminal can show: letters, signs and colours.

use client::public::cases::CaseStatus;
use ratatui::{
    style::{Color, Modifier, Style},
    symbols::border,
};

use crate::text::Charset;

/// The signs and colours in use. Colours are of the sixteen that every terminal has, and never the only sign of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The letters.
    pub charset: Charset,
    /// Whether there are colours.
    pub colour: bool,
}

/// What is drawn in place of words.
#[derive(Debug)]
pub struct Signs {
    /// In front of the program's name.
    pub mark: &'static str,
    /// Between the parts of the way to where one is.
    pub crumb: &'static str,
    /// Between things that stand side by side.
    pub dot: &'static str,
    /// Where text was cut.
    pub cut: &'static str,
    /// More below.
    pub more: &'static str,
    /// In front of the row that is chosen.
    pub chosen: &'static str,
    /// A note.
    pub note: &'static str,
    /// A file.
    pub file: &'static str,
    /// Something folded away.
    pub folded: &'static str,
    /// Something unfolded.
    pub unfolded: &'static str,
    /// Something done.
    pub done: &'static str,
    /// The frames of panes.
    pub border: border::Set<'static>,
    statuses: [&'static str; 6],
}

static UNICODE: Signs = Signs {
    mark: "◈",
    crumb: "›",
    dot: "·",
    cut: "…",
    more: "↓ more",
    chosen: "›",
    note: "✎",
    file: "▤",
    folded: "▸",
    unfolded: "▾",
    done: "✓",
    border: border::PLAIN,
    statuses: ["○", "◐", "⊘", "✓", "✗", "?"],
};

static ASCII: Signs = Signs {
    mark: "#",
    crumb: ">",
    dot: "-",
    cut: "~",
    more: "v more",
    chosen: ">",
    note: "n",
    file: "f",
    folded: "+",
    unfolded: "-",
    done: "x",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    statuses: ["o", ">", "!", "+", "x", "?"],
};

impl Look {
    /// What the environment says about the terminal.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        // The fonts of a console have letters, but not our signs.
        let plain = term == "linux" || term.starts_with("vt");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        let utf8 = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
        let charset = if utf8 && !plain { Charset::Unicode } else { Charset::Ascii };
        let grey = term.starts_with("vt") || term.ends_with("-m") || term.ends_with("-mono");
        Self { charset, colour: set("NO_COLOR").is_none() && !grey }
    }

    /// The signs.
    pub fn signs(self) -> &'static Signs {
        match self.charset {
            Charset::Unicode => &UNICODE,
            Charset::Ascii => &ASCII,
        }
    }

    /// The sign of a status.
    pub fn status_sign(self, status: &CaseStatus) -> &'static str {
        self.signs().statuses[match status {
            CaseStatus::Open => 0,
            CaseStatus::Started => 1,
            CaseStatus::Blocked => 2,
            CaseStatus::Completed => 3,
            CaseStatus::Cancelled => 4,
            CaseStatus::Other(_) => 5,
        }]
    }

    /// The style of a status.
    pub fn status(self, status: &CaseStatus) -> Style {
        match status {
            CaseStatus::Open | CaseStatus::Other(_) => Style::new(),
            CaseStatus::Started => self.tint(Color::Cyan),
            CaseStatus::Blocked => self.tint(Color::Red),
            CaseStatus::Completed => self.tint(Color::Green),
            CaseStatus::Cancelled => self.faint(),
        }
    }

    /// A colour, where there are some.
    pub fn tint(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }

    /// What matters less.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The row or the title that keys act on.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The frame that keys act in.
    pub fn focused(self) -> Style {
        self.tint(Color::Cyan)
    }

    /// What went wrong.
    pub fn error(self) -> Style {
        self.tint(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What went well.
    pub fn good(self) -> Style {
        self.tint(Color::Green)
    }

    /// What somebody should look at.
    pub fn notable(self) -> Style {
        self.tint(Color::Yellow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)]) -> Look {
        Look::of(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    #[cfg(not(windows))]
    fn the_locale_decides_about_letters() {
        let charset = |variables: &[(&str, &str)]| look(variables).charset;
        assert_eq!(charset(&[("LANG", "de_DE.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "C.utf8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]), Charset::Ascii);
        assert_eq!(charset(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "C"), ("LC_CTYPE", "C.UTF-8")]), Charset::Unicode);
        assert_eq!(charset(&[("LANG", "en_US.UTF-8"), ("TERM", "linux")]), Charset::Ascii);
        assert_eq!(charset(&[]), Charset::Ascii);
    }

    #[test]
    fn colours_can_be_declined() {
        assert!(look(&[("TERM", "xterm")]).colour);
        assert!(look(&[("TERM", "xterm"), ("NO_COLOR", "")]).colour);
        assert!(!look(&[("TERM", "xterm"), ("NO_COLOR", "1")]).colour);
        assert!(!look(&[("TERM", "vt100")]).colour);
        assert!(!look(&[("TERM", "xterm-mono")]).colour);
    }

    #[test]
    fn signs_for_ascii_are_ascii() {
        let Signs { mark, crumb, dot, cut, more, chosen, note, file, folded, unfolded, done, border, statuses } =
            &ASCII;
        let all = [mark, crumb, dot, cut, more, chosen, note, file, folded, unfolded, done];
        assert!(all.iter().chain(&statuses.each_ref()).all(|sign| Charset::Ascii.shows(sign)));
        assert!(Charset::Ascii.shows(border.top_left) && Charset::Ascii.shows(border.horizontal_top));
    }
}
