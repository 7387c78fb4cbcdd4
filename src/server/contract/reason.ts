/**
 * Why a name was denied or a query failed. They are few and fixed, for they are labels of a metric
 * and words of the log; the sentence beside each is what people are told in general.
 */
export const REASONS = {
  "no-namespace": "there is no such namespace",
  "namespace-hidden": "the configuration does not show the namespace",
  "no-service": "there is no such Service in the namespace",
  "no-endpoint": "the headless Service has no ready endpoint",
  "empty-service": "the Service has no ready endpoint, and such ones are ignored",
  "no-port": "the Service has no port of that name and protocol",
  "no-endpoint-name": "the Service has no endpoint of that name",
  "external-name-is-address": "the ExternalName is an address and no name",
  "pods-disabled": "names of pods are disabled",
  "no-pod": "there is no such pod",
  "no-object-with-address": "no Service and no endpoint has the address",
  "no-such-form": "no name of a cluster looks like that",
  "no-record-of-type": "the name has no record of the type",
  "not-synced": "the cluster is not known in full yet",
  "too-many-waiting": "too many queries wait for somebody else",
  "upstream-silent": "no upstream has answered in time",
  "upstream-failed": "the upstreams cannot be reached or refuse",
  "backend-failed": "the database that has the names cannot be asked",
  "backend-data": "what the database has for the name is no record",
  "not-in-hosts": "the name is not in the hosts file",
  "no-zone": "there is no good version of the zone",
  "no-template": "no template matches the name",
} as const;

/** See {@link REASONS}. */
export type ReasonCode = keyof typeof REASONS;
