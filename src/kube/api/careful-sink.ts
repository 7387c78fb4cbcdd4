import { contain, reportFault } from "../../observe/faults.ts";
import type { ClusterSink, ObjectKey } from "../cluster-source.ts";

type ObjectSink = Pick<ClusterSink, "upsert" | "remove">;

/**
 * A sink that throws nothing. An object that the one behind it stumbles over would end the watch, come again with the
 * next one, and end that as well.
 * @param leaveOut is told of an object that could not be taken
 */
export function carefulSink(
  sink: ObjectSink,
  leaveOut: (key: ObjectKey, reason: string) => void,
): ObjectSink {
  return {
    upsert(object) {
      try {
        sink.upsert(object);
      } catch (error) {
        contain("object of the cluster", error, ({ message }) => leaveOut(object, message));
      }
    },
    remove(kind, key) {
      try {
        sink.remove(kind, key);
      } catch (error) {
        reportFault("object of the cluster", error);
      }
    },
  };
}
