import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** The colour of links and main actions: a calm blue. */
const heddle: MantineColorsTuple = [
  "#eef5fb",
  "#dbe7f2",
  "#b3cde5",
  "#88b2d9",
  "#649ccf",
  "#4d8dc9",
  "#3f83c5",
  "#2f6ea8",
  "#265f93",
  "#184f7d",
];

/** How everything looks. */
export const theme = createTheme({
  primaryColor: "heddle",
  primaryShade: { light: 8, dark: 7 },
  colors: { heddle },
  autoContrast: true,
  luminanceThreshold: 0.36,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'Roboto Mono', Menlo, monospace",
  headings: { fontWeight: "620", sizes: { h1: { fontSize: "1.4rem" }, h2: { fontSize: "1.1rem" }, h3: { fontSize: "1rem" } } },
  components: {
    // What scrolls can be scrolled with the keyboard.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: {
      defaultProps: { centered: true, transitionProps: { duration: 120 }, closeButtonProps: { "aria-label": "Close" } },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, closeButtonProps: { "aria-label": "Close" } } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Menu: { defaultProps: { transitionProps: { duration: 80 } } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
  },
});

/** Mantine's dimmed text and placeholders are too pale for WCAG AA; these are not. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5a636d",
    "--mantine-color-placeholder": "#6a737c",
    "--mantine-color-body": "#ffffff",
    "--heddle-surface": "#f6f7f9",
    "--heddle-line": "#e3e6ea",
    "--mantine-color-error": "#c92a2a",
  },
  dark: {
    "--mantine-color-dimmed": "#a3abb5",
    "--mantine-color-placeholder": "#8e97a2",
    "--mantine-color-body": "#16181c",
    "--heddle-surface": "#1d2025",
    "--heddle-line": "#2e333a",
    "--mantine-color-error": "#ff8787",
    "--mantine-color-anchor": "#88b2d9",
    "--mantine-primary-color-light-color": "#b3cde5",
  },
});
