import { afterEach, describe, expect, it } from "vitest";
import { ExplainBench, manifests, namespaceText, serviceText } from "./explain-bench.cases.ts";
import type { Verdict } from "./explanation.ts";

const PORTS = "ports: [{ name: http, port: 80 }]";
const OBJECTS = manifests(
  namespaceText("default"),
  namespaceText("shop"),
  serviceText("shop/web", `clusterIP: 10.96.0.10, ${PORTS}`, true),
);

let bench: ExplainBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function verdictOn(corefile: string, line: string): Promise<Verdict> {
  bench = await ExplainBench.open(corefile, OBJECTS);
  const [name = "", type, from] = line.split(" ");
  const request = { name, type: type === "-" ? undefined : type, from };
  return (await bench.explain(request)).verdict;
}

function cluster(directives: string): string {
  return `.:53 {
    ${directives}
    kubernetes cluster.local {
        manifests {{MANIFESTS}}
    }
    template ANY ANY example wbe.shop {
        rcode NXDOMAIN
    }
}`;
}

describe("acl keeps a client out", () => {
  it.each([
    ["block", "refuses it (REFUSED)"],
    ["filter", "answers it with nothing (NOERROR without records)"],
    ["drop", "gives no reply at all"],
  ])("%s", async (action, done) => {
    const rule = `${action} net 10.9.0.0/16`;
    const verdict = await verdictOn(cluster(`acl {\n ${rule}\n }`), "web.shop - 10.9.0.7");
    expect(verdict.code).toBe("kept-out-by-acl");
    expect(verdict.sentence).toMatch(
      new RegExp(`^plugin/acl keeps this client from "web.shop.*": "${rule}" \\(Corefile:3\\) `),
    );
    expect(verdict.sentence).toContain(done);
    expect(verdict.evidence).toContain("the client's address is 10.9.0.7");
    expect(verdict.next[0]?.command).toMatch(
      /^portolan explain web\.shop\..* --from POD\.NAMESPACE/,
    );
  });

  it("and says so if it keeps everybody out", async () => {
    const verdict = await verdictOn(
      cluster("acl shop.svc.cluster.local {\n block\n }"),
      "web.shop",
    );
    expect(verdict.sentence).toContain('keeps everybody from "web.shop.svc.cluster.local."');
  });

  it("and neither other clients nor other causes are taken for that", async () => {
    const text = cluster("acl {\n block net 10.9.0.0/16\n }");
    expect((await verdictOn(text, "web.shop - 10.8.0.7")).code).toBe("well");
    await bench?.close();
    const outside = cluster("acl wbe.shop {\n filter\n }");
    expect((await verdictOn(outside, "wbe.shop")).code).toBe("no-service");
    await bench?.close();
    const family = cluster("acl {\n filter type AAAA\n }");
    expect((await verdictOn(family, "web.shop")).code).toBe("well");
  });
});

describe("view keeps a client out", () => {
  const inside = `cluster.local:53 {
    view inside {
        expr incidr(client_ip(), '10.1.0.0/16')
    }
    kubernetes cluster.local {
        manifests {{MANIFESTS}}
    }
}`;
  const outside = ".:53 {\n template ANY ANY {\n rcode NXDOMAIN\n }\n}";

  it("and another block answers in its place", async () => {
    const verdict = await verdictOn(`${inside}\n${outside}`, "web.shop - 10.9.0.7");
    expect(verdict.code).toBe("kept-out-by-view");
    expect(verdict.sentence).toBe(
      'View "inside" (Corefile:1) keeps this client from "web.shop.svc.cluster.local.": its condition does not hold',
    );
    expect(verdict.evidence).toEqual([
      "the client's address is 10.9.0.7",
      `"incidr(client_ip(), '10.1.0.0/16')" (Corefile:3) is not true for it`,
      "the server block behind the view would answer",
      "server block Corefile:9 says NXDOMAIN in its place",
    ]);
  });

  it("and no other one serves the name", async () => {
    const verdict = await verdictOn(inside, "web.shop - 10.9.0.7");
    expect(verdict.code).toBe("kept-out-by-view");
    expect(verdict.evidence).toContain("no other server block serves the name, so it is refused");
  });

  it("but not from a name that is nowhere", async () => {
    const text = `${inside}\n${outside}`;
    expect((await verdictOn(text, "nothing.example. - 10.9.0.7")).code).toBe(
      "no-such-name-outside",
    );
    await bench?.close();
    expect((await verdictOn(text, "web.shop - 10.1.0.7")).code).toBe("well");
  });
});

describe("rewrite makes another question of it", () => {
  it("whose name is denied", async () => {
    const text = cluster("rewrite name exact pay.example wbe.shop.svc.cluster.local");
    const verdict = await verdictOn(text, "pay.example");
    expect(verdict.code).toBe("rewritten-and-denied");
    expect(verdict.sentence).toBe(
      '"pay.example." becomes "wbe.shop.svc.cluster.local." by plugin/rewrite (Corefile:2), and that does not exist',
    );
    expect(verdict.evidence[0]).toBe(
      'Corefile:2: "name exact pay.example wbe.shop.svc.cluster.local"',
    );
    expect(verdict.next[0]?.command).toBe("portolan explain wbe.shop.svc.cluster.local.");
  });

  it("whose type has no record", async () => {
    const text = cluster("rewrite type A MX");
    const verdict = await verdictOn(text, "web.shop.svc.cluster.local. A");
    expect(verdict.code).toBe("rewritten-and-denied");
    expect(verdict.sentence).toContain('becomes "web.shop.svc.cluster.local. MX" by');
    expect(verdict.sentence).toContain("and that has no such record");
  });

  it("whose name is kept from the client, which is the nearer cause", async () => {
    const text = cluster(
      "rewrite name exact web.shop.svc.cluster.local gone.example\n acl gone.example {\n block\n }",
    );
    expect((await verdictOn(text, "web.shop")).code).toBe("kept-out-by-acl");
    await bench?.close();
    const good = cluster("rewrite name exact pay.example web.shop.svc.cluster.local");
    expect((await verdictOn(good, "pay.example")).code).toBe("well");
  });
});
