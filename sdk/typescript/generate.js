// Makes the types of src/schema from the OpenAPI documents: `npm run generate -w sdk/typescript`. With --check it only says
// whether they are current.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const check = process.argv.includes("--check");
let stale = false;
for (const name of ["interloom-v1", "interloom-public", "loom"]) {
  const source = new URL(`../../openapi/${name}.json`, import.meta.url);
  const target = join(here, "src", "schema", `${name}.ts`);
  const text = `// Generated from openapi/${name}.json by generate.js.\n\n${astToString(await openapiTS(source, { alphabetize: true, defaultNonNullable: false }))}`;
  const before = await readFile(target, "utf8").catch(() => "");
  if (before === text) continue;
  if (check) {
    stale = true;
    console.error(`src/schema/${name}.ts is not current: run make openapi`);
  } else {
    await writeFile(target, text);
  }
}
process.exit(stale ? 1 : 0);
