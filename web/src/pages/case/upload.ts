// Sending a file to where it belongs.
import { body, v1 } from "~/api/heddle.ts";
import { keys } from "~/api/keys.ts";
import { queries } from "~/api/query.ts";
import type { Artifact } from "./queries.ts";

/** Where things are attached. */
export interface Place {
  kind: "case_id" | "thread_id" | "space_id";
  id: string;
}

/** Sends a file. The server reads the place before the file, so it comes first. */
export async function upload(file: File, place: Place): Promise<Artifact> {
  const form = new FormData();
  form.append(place.kind, place.id);
  form.append("file", file, file.name);
  const { data } = await body(
    v1.POST("/v1/artifacts", {
      // The types know the parts, but a form is sent as it is.
      body: form as unknown as { file: string },
      bodySerializer: (sent) => sent as unknown as FormData,
    }),
  );
  await queries.invalidateQueries({ queryKey: keys.artifacts(place.id) });
  return data;
}
