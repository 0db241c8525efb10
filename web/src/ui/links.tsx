// Links within the workspace of the page.
import { createLink } from "@tanstack/react-router";
import { Anchor, Button, NavLink } from "@mantine/core";

/** A link of the router that looks like Mantine's. */
export const TextLink = createLink(Anchor<"a">);
/** A button that goes somewhere. */
export const ButtonLink = createLink(Button<"a">);
/** An entry of the navigation. */
export const NavigationLink = createLink(NavLink<"a">);

