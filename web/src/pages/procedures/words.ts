// What things of a procedure are called.
import { IconChecklist, IconSubtask, IconWand } from "@tabler/icons-react";
import type { InstructionType, RequiredActor } from "~/api/designs.ts";

/** Who a stage is for. */
export const FOR: Record<RequiredActor, string> = { human: "People", ai: "Agents", either: "People or agents" };

/** The types of instructions: what they are called and mean. */
export const TYPES: Record<InstructionType, { name: string; icon: typeof IconWand; meaning: string }> = {
  todo: { name: "To do", icon: IconChecklist, meaning: "Somebody ticks it off" },
  subcase: { name: "Subcase", icon: IconSubtask, meaning: "Done when a case of its own is resolved" },
  implicit: { name: "By itself", icon: IconWand, meaning: "Done once a condition holds" },
};

/** The names of fields. */
export const FIELDS: Record<string, string> = {
  name: "Name",
  description: "Description",
  required_actor_type: "For",
  assigned_actor_id: "Assigned to",
  type: "Type",
  text: "Text",
  condition: "Condition",
};
