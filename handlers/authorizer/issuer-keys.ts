import type { webcrypto } from "node:crypto";
import type { Algorithm } from "./algorithms";
import { TokenRefusedError } from "./deny-reason";
import type { KeyDocument } from "./fetch-key-document";
import { parseKeyDocument } from "./key-document";
import { IssuerKeysUnavailableError, KeyFetchError } from "./key-fetch-error";
import type { VerificationKey } from "./verification-key";

/** With keys at hand, the issuer is asked again this often at most: for an unknown key id, or after a failure. */
export const REFRESH_INTERVAL_MILLISECONDS = 30_000;

/** Without any key, a failed issuer is left alone this long, so that a flood of connections does not pass on to it. */
export const UNAVAILABLE_INTERVAL_MILLISECONDS = 1_000;

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
 * When a refresh fails, the keys at hand stay in use.
 */
export class IssuerKeys {
  readonly #ports: IssuerKeysPorts;
  #keys: readonly VerificationKey[] | undefined;
  #freshUntil = 0;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(ports: IssuerKeysPorts) {
    this.#ports = ports;
  }

  /**
   * The key that verifies `algorithm` under this key id; without one, the only key that fits the algorithm.
   *
   * @throws TokenRefusedError `key_unknown`, `key_ambiguous` or `key_unsuitable`.
   * @throws IssuerKeysUnavailableError when there is no key at all and the issuer gives none.
   */
  async find(kid: string | undefined, algorithm: Algorithm): Promise<webcrypto.CryptoKey> {
    let named = select(await this.#current(), kid, algorithm);
    if (named.length === 0) {
      named = select(await this.#refreshed(), kid, algorithm);
    }
    if (named.length === 0) {
      throw new TokenRefusedError("key_unknown");
    }
    const [key, ...others] = named.filter((candidate) => candidate.fits(algorithm));
    if (others.length > 0) {
      throw new TokenRefusedError("key_ambiguous");
    }
    const imported = await key?.import(algorithm);
    if (imported === undefined) {
      throw new TokenRefusedError("key_unsuitable");
    }
    return imported;
  }

  async #current(): Promise<readonly VerificationKey[]> {
    const isFresh = this.#ports.now() < this.#freshUntil;
    return isFresh && this.#keys ? this.#keys : this.#refreshed();
  }

  async #refreshed(): Promise<readonly VerificationKey[]> {
    const interval = this.#keys ? REFRESH_INTERVAL_MILLISECONDS : UNAVAILABLE_INTERVAL_MILLISECONDS;
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
      this.#keys = parseKeyDocument(document.body);
      this.#freshUntil = this.#ports.now() + document.lifetimeSeconds * 1_000;
    } catch (error) {
      if (!(error instanceof KeyFetchError)) {
        throw error;
      }
      this.#ports.onFetchFailure(error);
    }
  }
}

function select(keys: readonly VerificationKey[], kid: string | undefined, algorithm: Algorithm): VerificationKey[] {
  return keys.filter((key) => (kid === undefined ? key.fits(algorithm) : key.kid === kid));
}
