export { body, createHeddle, type Heddle, type Options } from "./client.js";
export { HeddleError, type FieldError } from "./error.js";
export { followEvents, type Follow, type LiveEvent, type LiveState } from "./events.js";
export { streamModel, type LlmEvent, type LlmRequest, type LlmResponse, type ServerQuery, type StreamOptions } from "./models.js";
export {
  AnswerRefused,
  followSession,
  type FollowSession,
  type Session,
  type SessionAnswer,
  type SessionEvent,
  type SessionQuery,
} from "./session.js";
export type { SocketState } from "./socket.js";
export { attachWeaver, type Attach, type Terminal } from "./terminal.js";
export type { components as V1, operations as V1Operations, paths as V1Paths } from "./schema/interloom-v1.js";
export type {
  components as Public,
  operations as PublicOperations,
  paths as PublicPaths,
} from "./schema/interloom-public.js";
export type { components as Loom, operations as LoomOperations, paths as LoomPaths } from "./schema/loom.js";
