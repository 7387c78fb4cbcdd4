import type {
  MissingRight,
  ObjectsFailure,
  ObjectsRead,
} from "../../server/contract/cluster-objects.ts";
import type { Command } from "../explanation.ts";
import { shellWord, shortened } from "../words.ts";

/** Why objects were not seen, in half a sentence; undefined if they were. */
export function blindness(read: ObjectsRead | undefined): string | undefined {
  return read?.failure && shortened(read.failure.text);
}

/**
 * The command that sees what this server cannot, and those by which it is found out whether it may, and is allowed to.
 * @param instead sees the same
 */
export function unseenOf(read: ObjectsRead | undefined, instead: Command): readonly Command[] {
  if (!read?.failure) return [];
  const { failure } = read;
  const why = `${instead.why} (${shortened(failure.text)})`;
  return [{ why, command: instead.command }, ...rightCommands(failure)];
}

function rightCommands({ right }: ObjectsFailure): readonly Command[] {
  if (!right) return [];
  const { resource, group, namespace, user } = right;
  const what = shellWord(group === "" ? resource : `${resource}.${group}`);
  const where = namespace === "" ? "-A" : `-n ${shellWord(namespace)}`;
  const as = user === undefined ? "" : ` --as ${shellWord(user)}`;
  return [
    {
      why: "whether this server may see them",
      command: `kubectl auth can-i list ${what} ${where}${as}`,
    },
    ...(user === undefined ? [] : [grant(what, right, user)]),
  ];
}

/** A role of one namespace, or of all. */
function grant(what: string, { resource, namespace }: MissingRight, user: string): Command {
  const name = `portolan-explain-${resource}`;
  const [kind, where] =
    namespace === "" ? ["clusterrole", ""] : ["role", ` -n ${shellWord(namespace)}`];
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  const whom = account
    ? `--serviceaccount ${shellWord(`${account[1]}:${account[2]}`)}`
    : `--user ${shellWord(user)}`;
  const role = `kubectl create ${kind} ${name}${where} --verb list --resource ${what}`;
  const binding = `kubectl create ${kind}binding ${name}${where} --${kind} ${name} ${whom}`;
  return { why: "to let it see them", command: `${role} && ${binding}` };
}
