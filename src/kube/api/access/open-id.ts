import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { readPemFile } from "./credential-file.ts";
import { isFields, string } from "./kubeconfig-document.ts";

const CA_FILE = "idp-certificate-authority";
const CA_DATA = "idp-certificate-authority-data";

/**
 * Makes of a user's auth provider what client-node 2.0 can renew tokens with. It gives the
 * issuer as text to openid-client 6, which takes nothing but a URL, and where there is a
 * certificate authority, a response that openid-client does not take for one: so that is
 * trusted by the whole process, until what is returned is disposed of.
 * @throws {AccessError} if the certificate authority cannot be read
 */
export async function prepareOpenId(provider: unknown): Promise<Disposable> {
  const config = isFields(provider) && provider["name"] === "oidc" && provider["config"];
  if (!isFields(config)) return { [Symbol.dispose]: () => undefined };
  const issuer = string(config["idp-issuer-url"]);
  if (URL.canParse(issuer)) Object.assign(config, { "idp-issuer-url": new URL(issuer) });
  const ca = await issuerAuthority(string(config[CA_FILE]), string(config[CA_DATA]));
  Object.assign(config, { [CA_FILE]: undefined, [CA_DATA]: undefined });
  const trusted = getCACertificates();
  setDefaultCACertificates(ca === "" ? trusted : [...trusted, ca]);
  return { [Symbol.dispose]: () => setDefaultCACertificates(trusted) };
}

async function issuerAuthority(file: string, data: string): Promise<string> {
  if (data !== "") return Buffer.from(data, "base64").toString();
  return file === "" ? "" : await readPemFile("the provider's certificate authority", file);
}
