import { homedir } from "node:os";
import { join } from "node:path";

/** Where what takes long to make or to fetch is kept from one run to the next. */
export const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "portolan");
