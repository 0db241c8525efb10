export { body, createHeddle, type Heddle, type Options } from "./client.js";
export { HeddleError, type FieldError } from "./error.js";
export { followEvents, type Follow, type LiveEvent, type LiveState } from "./events.js";
export type { components as V1, operations as V1Operations, paths as V1Paths } from "./schema/interloom-v1.js";
export type {
  components as Public,
  operations as PublicOperations,
  paths as PublicPaths,
} from "./schema/interloom-public.js";
