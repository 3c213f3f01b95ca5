import type { webcrypto } from "node:crypto";
import type { Algorithm } from "./algorithms";
import { TokenRefusedError } from "./deny-reason";
import type { KeyDocument } from "./fetch-key-document";
import { parseKeyDocument } from "./key-document";
import { IssuerKeysUnavailableError, KeyFetchError } from "./key-fetch-error";
import { MAX_STALE_SECONDS } from "./key-lifetime";
import type { VerificationKey } from "./verification-key";
import type { KeySource } from "./verify-token";

/** With keys at hand, the issuer is asked again at most this often: for a key that does not fit, or after a failure. */
export const REFRESH_INTERVAL_MS = 30_000;

/** Without any key, a failed issuer is left alone this long, so that a flood of connections does not pass on to it. */
export const UNAVAILABLE_INTERVAL_MS = 1_000;

/** Keys that one token is tried with at most: each costs a verification (80 us for RSA of 2,048 bits). */
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
 * The issuer's keys, fetched when first needed and kept as long as they are fresh. Concurrent callers share one fetch.
 * When a refresh fails, the keys at hand stay in use, but for no longer than {@link MAX_STALE_SECONDS}.
 *
 * jose's own `createRemoteJWKSet` is not used: it reads no maps of PEM, refuses every token once a refresh fails, and
 * uses the global fetch, which costs a cold start 40 ms of CPU more than node:https.
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
   * The keys that may have signed by `algorithm`: those of this key id, or, without an id, all that fit the algorithm.
   * When there is none, the issuer is asked again first.
   *
   * @throws TokenRefusedError `key_unknown`, `key_unsuitable`, or `key_ambiguous` for more than {@link MAX_CANDIDATES}.
   * @throws IssuerKeysUnavailableError when there is no key at all and the issuer gives none.
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
   * What a document that is fetched anew adds to the keys that `find` gave: an issuer may publish a new key under an old
   * id. Empty when the issuer was asked less than {@link REFRESH_INTERVAL_MS} ago, or has nothing new.
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

/** By the key id that the token names, or by the kind of key where it names none. */
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
