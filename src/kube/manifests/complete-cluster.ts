import type { ClusterObject, EndpointSlice, Pod, Selection } from "../cluster-source.ts";
import type { LabelSelector } from "../label-selector.ts";
import { parseLabelSelector } from "../label-selector.ts";
import {
  BUILT_IN_NAMESPACES,
  kubernetesService,
  kubernetesSlice,
  namespaceManifest,
} from "./api-server-objects.ts";
import type { ServiceCidrs } from "./cluster-ips.ts";
import { assignClusterIPs } from "./cluster-ips.ts";
import { completeSlices } from "./complete-slices.ts";
import type { Labelled, Manifest, NamespaceManifest } from "./manifest.ts";
import { manifestsOf } from "./manifest.ts";

export interface ClusterSettings {
  readonly cidrs: ServiceCidrs;
  readonly selection: Selection;
  /** Where an API server on this machine would be. */
  readonly machineAddress: string;
}

/** Completes the objects of files to those that an API server with its controllers would have. */
export class ClusterCompleter {
  readonly #settings: ClusterSettings;
  readonly #matchesLabels: LabelSelector;
  readonly #matchesNamespaceLabels: LabelSelector;

  /** @throws SyntaxError if a label selector cannot be parsed */
  constructor(settings: ClusterSettings) {
    this.#settings = settings;
    this.#matchesLabels = parseLabelSelector(settings.selection.labels);
    this.#matchesNamespaceLabels = parseLabelSelector(settings.selection.namespaceLabels);
  }

  /**
   * @param given no two of the same kind, namespace and name
   * @param onTrouble takes a message for each object that must be left out
   * @returns what the selection wants, Namespaces first
   */
  complete(given: readonly Manifest[], onTrouble: (message: string) => void): ClusterObject[] {
    const { cidrs, selection, machineAddress } = this.#settings;
    const manifests = withApiServer(given, cidrs.first, machineAddress);
    const objects: Labelled[] = assignClusterIPs(
      manifestsOf("Service", manifests),
      cidrs,
      onTrouble,
    );
    if (selection.endpoints) objects.push(...completeSlices(manifests, cidrs));
    else if (selection.serviceImports) objects.push(...importedSlices(manifests));
    if (selection.serviceImports) objects.push(...manifestsOf("ServiceImport", manifests));
    if (selection.pods) objects.push(...livingPods(manifests));
    if (selection.nodes === true) objects.push(...manifestsOf("Node", manifests));
    if (selection.gateways === true) objects.push(...gatewaysOf(manifests));
    return this.#select(completeNamespaces(manifests), objects);
  }

  /** As CoreDNS, asks for Services, EndpointSlices and Pods with the labels. */
  #select(namespaces: readonly NamespaceManifest[], objects: readonly Labelled[]): ClusterObject[] {
    const wanted = new Set(this.#settings.selection.namespaces);
    const selected = namespaces
      .filter(({ name }) => wanted.size === 0 || wanted.has(name))
      .filter(({ labels }) => this.#matchesNamespaceLabels(labels));
    const names = new Set(selected.map(({ name }) => name));
    return [
      ...selected.map(({ name }): ClusterObject => ({ kind: "Namespace", namespace: "", name })),
      ...objects
        .filter(({ object }) => object.namespace === "" || names.has(object.namespace))
        .filter(({ object, labels }) => hasOwnLabels(object) || this.#matchesLabels(labels))
        .map(({ object }) => object),
    ];
  }
}

/** Adds the Service `kubernetes` and its slice where the files have none. */
function withApiServer(
  manifests: readonly Manifest[],
  clusterIP: string,
  machineAddress: string,
): readonly Manifest[] {
  const named = manifests.filter(({ name, namespace }) => {
    return name === "kubernetes" && namespace === "default";
  });
  const hasService = named.some(({ kind }) => kind === "Service");
  const hasEndpoints =
    named.some(({ kind }) => kind === "Endpoints") ||
    manifestsOf("EndpointSlice", manifests).some(
      ({ object }) => object.namespace === "default" && object.serviceName === "kubernetes",
    );
  return [
    ...manifests,
    ...(hasService ? [] : [kubernetesService(clusterIP)]),
    ...(hasEndpoints ? [] : [kubernetesSlice(machineAddress)]),
  ];
}

/** Those of the files, those that objects are in, and those of every cluster, by name. */
function completeNamespaces(manifests: readonly Manifest[]): NamespaceManifest[] {
  const used = manifests.map(({ namespace }) => namespace).filter((name) => name !== "");
  const names = new Set([...BUILT_IN_NAMESPACES, ...used]);
  const given = manifestsOf("Namespace", manifests);
  const implied = [...names].map((name): [string, NamespaceManifest] => [
    name,
    namespaceManifest(name),
  ]);
  const completed = given.map(({ name, labels }): [string, NamespaceManifest] => [
    name,
    namespaceManifest(name, labels),
  ]);
  return [...new Map([...implied, ...completed]).values()];
}

/** ServiceImports are made by controllers, which do not know of a user's labels; nor are Nodes a user's. */
function hasOwnLabels({ kind }: ClusterObject): boolean {
  return kind === "ServiceImport" || kind === "Node";
}

function gatewaysOf(manifests: readonly Manifest[]): Labelled[] {
  return [
    ...manifestsOf("Ingress", manifests),
    ...manifestsOf("Gateway", manifests),
    ...manifestsOf("HTTPRoute", manifests),
    ...manifestsOf("GRPCRoute", manifests),
    ...manifestsOf("TLSRoute", manifests),
  ];
}

/** The slices that are wanted also where the cluster's own endpoints are not. */
function importedSlices(manifests: readonly Manifest[]): Labelled<EndpointSlice>[] {
  return manifestsOf("EndpointSlice", manifests).filter(({ object }) => object.imported);
}

/** A Pod that has ended has lost its addresses: another may have them. */
function livingPods(manifests: readonly Manifest[]): Labelled<Pod>[] {
  const ended = new Set(["Succeeded", "Failed", "Unknown"]);
  return manifestsOf("Pod", manifests).filter(({ object }) => !ended.has(object.phase));
}
