// What pages ask of the ways to sign in that Loom's clients use, too.
import { queryOptions } from "@tanstack/react-query";
import { body, heddle } from "./heddle.ts";

/** How people can sign in here, passwords aside. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: () => body(heddle.loom.GET("/auth/providers")),
});

/** The program that shows a code. */
export function findDevice(code: string) {
  return body(heddle.loom.GET("/auth/device/requests/{user_code}", { params: { path: { user_code: code } } }));
}

/** Lets the program in, or does not. */
export function decideDevice(code: string, approve: boolean) {
  const sent = { body: { user_code: code } };
  return body(approve ? heddle.loom.POST("/auth/device/approve", sent) : heddle.loom.POST("/auth/device/deny", sent));
}
