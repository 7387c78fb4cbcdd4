import type { Service } from "../cluster-source.ts";
import type { IpFamily } from "../ip-address.ts";
import { familyOf } from "../ip-address.ts";
import type { Labelled, ServiceManifest } from "./manifest.ts";
import { manifestKey } from "./manifest.ts";
import type { ServiceCidr } from "./service-cidr.ts";
import { parseServiceCidr } from "./service-cidr.ts";

/** Where a Service asks for a family that the cluster has no range of. */
const DEFAULT_CIDRS: Readonly<Record<IpFamily, ServiceCidr>> = {
  IPv4: parseServiceCidr("10.96.0.0/12"),
  IPv6: parseServiceCidr("fd00:10:96::/108"),
};

/** The ranges of a cluster; the family of the first is that of a Service that asks for none. */
export class ServiceCidrs {
  readonly primaryFamily: IpFamily;
  readonly isDualStack: boolean;
  readonly #cidrs: Readonly<Record<IpFamily, ServiceCidr>>;

  /** @throws SyntaxError if one cannot be parsed, or if there is not one or one of each family */
  constructor(texts: readonly string[]) {
    const cidrs = texts.map(parseServiceCidr);
    const families = cidrs.map(({ family }) => family);
    const [primaryFamily] = families;
    if (primaryFamily === undefined || new Set(families).size < families.length) {
      const list = texts.map((text) => `"${text}"`).join(", ");
      throw new SyntaxError(
        `Cannot take service CIDRs ${list || "from an empty list"}: there must be one, or one of IPv4 and one of IPv6`,
      );
    }
    this.primaryFamily = primaryFamily;
    this.isDualStack = families.length > 1;
    const given = Object.fromEntries(cidrs.map((cidr) => [cidr.family, cidr]));
    this.#cidrs = { ...DEFAULT_CIDRS, ...given };
  }

  of(family: IpFamily): ServiceCidr {
    return this.#cidrs[family];
  }

  /** The address of the Service `kubernetes`. */
  get first(): string {
    return this.of(this.primaryFamily).first;
  }

  /** The families that the API server gives to a Service, the first one first. */
  familiesOf({ object, ipFamilies, ipFamilyPolicy }: ServiceManifest): IpFamily[] {
    const asked = [...object.clusterIPs.map(familyOf), ...ipFamilies];
    const families = new Set(asked.length > 0 ? asked : [this.primaryFamily]);
    const wantsBoth =
      ipFamilyPolicy === "RequireDualStack" ||
      (ipFamilyPolicy === "PreferDualStack" && this.isDualStack);
    if (wantsBoth) families.add("IPv4").add("IPv6");
    return [...families];
  }
}

/**
 * Gives each Service that needs one its cluster IPs. They follow from namespace and name; another
 * Service matters only where it has the same address.
 *
 * @param onTrouble takes a message for each Service that is left out since its range is full
 */
export function assignClusterIPs(
  manifests: readonly ServiceManifest[],
  cidrs: ServiceCidrs,
  onTrouble: (message: string) => void,
): Labelled<Service>[] {
  const taken = new Set(manifests.flatMap(({ object }) => object.clusterIPs));
  taken.add(cidrs.first);
  const keyed = manifests.map((manifest) => ({ manifest, key: manifestKey(manifest) }));
  // By name, so that no order of files makes a difference.
  const sorted = keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return sorted.flatMap(({ manifest, key }): Labelled<Service>[] => {
    const { object, labels } = manifest;
    if (object.headless || object.type === "ExternalName") return [{ object, labels }];
    const clusterIPs = clusterIPsOf(manifest, cidrs, taken);
    if (clusterIPs) return [{ object: { ...object, clusterIPs }, labels }];
    onTrouble(`Cannot give a cluster IP to ${key}: the range is full`);
    return [];
  });
}

/** One of each family, given or taken; undefined if a range is full. */
function clusterIPsOf(
  manifest: ServiceManifest,
  cidrs: ServiceCidrs,
  taken: Set<string>,
): string[] | undefined {
  const given = manifest.object.clusterIPs;
  const addresses = cidrs
    .familiesOf(manifest)
    .map(
      (family) =>
        given.find((address) => familyOf(address) === family) ??
        takeFree(cidrs.of(family), manifestKey(manifest), taken),
    );
  const found = addresses.filter((address) => address !== undefined);
  return found.length === addresses.length ? found : undefined;
}

function takeFree(cidr: ServiceCidr, key: string, taken: Set<string>): string | undefined {
  for (const address of cidr.candidates(key)) {
    if (taken.has(address)) continue;
    taken.add(address);
    return address;
  }
  return undefined;
}
