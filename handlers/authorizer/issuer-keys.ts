import type { webcrypto } from "node:crypto";
import type { Algorithm } from "./algorithms";
import { TokenRefusedError } from "./deny-reason";
import type { KeyDocument } from "./fetch-key-document";
import { parseKeyDocument } from "./key-document";
import { IssuerKeysUnavailableError, KeyFetchError } from "./key-fetch-error";
import { MAX_STALE_SECONDS } from "./key-lifetime";
import type { VerificationKey } from "./verification-key";
import type { KeySource } from "./verify-token";

/**
 * While there are keys, the issuer is asked again at most this often: for a key that does not fit, or after a failure.
 */
export const REFRESH_INTERVAL_MS = 30_000;

/**
 * Without any key, the issuer is not asked again for this long after a failure, so that a flood of connections does not
 * reach it.
 */
export const UNAVAILABLE_INTERVAL_MS = 1_000;

/** How many keys are tried for one token at most. Each try costs a verification (80 us for RSA of 2,048 bits). */
export const MAX_CANDIDATES = 16;

export interface IssuerKeysPorts {
  /** @throws KeyFetchError */
  fetchDocument(): Promise<KeyDocument>;
  /** Epoch milliseconds. */
  now(): number;
  /** Called once for each failed fetch. */
  onFetchFailure(error: KeyFetchError): void;
}

/**
 * The issuer's keys. They are fetched at the first use and kept while they are fresh. Concurrent callers share one
 * fetch. If a refresh fails, the old keys stay in use, but for at most {@link MAX_STALE_SECONDS}.
 *
 * jose's own `createRemoteJWKSet` is not used. It does not read maps of PEM, it refuses every token once a refresh
 * fails, and it uses the global fetch, which costs a cold start 40 ms more CPU than node:https.
 */
export class IssuerKeys implements KeySource {
  readonly #ports: IssuerKeysPorts;
  #keys: readonly VerificationKey[] | undefined;
  #freshUntil = 0;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(ports: IssuerKeysPorts) {
    this.#ports = ports;
  }

  /**
   * The keys that may have signed with `algorithm`: the keys with this key id, or, without an id, all keys that fit the
   * algorithm. If there is none, the issuer is asked again first.
   *
   * @throws TokenRefusedError `key_unknown`, `key_unsuitable`, or `key_ambiguous` for more than {@link MAX_CANDIDATES}.
   * @throws IssuerKeysUnavailableError if there is no key at all and the issuer sends none.
   */
  async find(kid: string | undefined, algorithm: Algorithm): Promise<readonly webcrypto.CryptoKey[]> {
    let keys = await this.#current();
    let candidates = await usable(keys, kid, algorithm);
    if (candidates.length === 0) {
      keys = await this.#refreshed();
      candidates = await usable(keys, kid, algorithm);
    }
    if (candidates.length > 0) {
      return candidates;
    }
    throw new TokenRefusedError(keys.some((key) => mayBeMeant(key, kid, algorithm)) ? "key_unsuitable" : "key_unknown");
  }

  /**
   * The keys that a new fetch of the document adds to the keys that `find` returned: an issuer may publish a new key
   * under an old id. Empty if the issuer was asked less than {@link REFRESH_INTERVAL_MS} ago, or has no new key.
   */
  async findRenewed(
    kid: string | undefined,
    algorithm: Algorithm,
    tried: readonly webcrypto.CryptoKey[],
  ): Promise<readonly webcrypto.CryptoKey[]> {
    const candidates = await usable(await this.#refreshed(), kid, algorithm);
    return candidates.filter((key) => !tried.includes(key));
  }

  async #current(): Promise<readonly VerificationKey[]> {
    const isFresh = this.#ports.now() < this.#freshUntil;
    return isFresh && this.#keys ? this.#keys : this.#refreshed();
  }

  async #refreshed(): Promise<readonly VerificationKey[]> {
    if (this.#ports.now() >= this.#freshUntil + MAX_STALE_SECONDS * 1_000) {
      this.#keys = undefined;
    }
    const interval = this.#keys ? REFRESH_INTERVAL_MS : UNAVAILABLE_INTERVAL_MS;
    if (this.#fetching === undefined && this.#ports.now() - this.#fetchedAt >= interval) {
      this.#fetching = this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
    }
    await this.#fetching;
    if (this.#keys === undefined) {
      throw new IssuerKeysUnavailableError();
    }
    return this.#keys;
  }

  async #fetch(): Promise<void> {
    this.#fetchedAt = this.#ports.now();
    try {
      const document = await this.#ports.fetchDocument();
      this.#keys = parseKeyDocument(document.body, this.#keys);
      this.#freshUntil = this.#ports.now() + document.lifetimeSeconds * 1_000;
    } catch (error) {
      if (!(error instanceof KeyFetchError)) {
        throw error;
      }
      this.#ports.onFetchFailure(error);
    }
  }
}

/** Finds keys by the token's key id, or, without an id, by the kind of key. */
function mayBeMeant(key: VerificationKey, kid: string | undefined, algorithm: Algorithm): boolean {
  return kid === undefined ? key.fits(algorithm) : key.kid === kid;
}

async function usable(
  keys: readonly VerificationKey[],
  kid: string | undefined,
  algorithm: Algorithm,
): Promise<readonly webcrypto.CryptoKey[]> {
  const candidates = keys.filter((key) => mayBeMeant(key, kid, algorithm) && key.fits(algorithm));
  if (candidates.length > MAX_CANDIDATES) {
    throw new TokenRefusedError("key_ambiguous");
  }
  const imported = await Promise.all(candidates.map((key) => key.import(algorithm)));
  return imported.filter((key) => key !== undefined);
}
