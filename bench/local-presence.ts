interface PresenceItem {
  readonly [attribute: string]: { readonly S?: string; readonly N?: string } | undefined;
}

/** The part of an update that the watchdog's two updates differ in. */
interface Update {
  readonly Key: { readonly user_id: { readonly S: string } };
  readonly UpdateExpression: string;
  readonly ExpressionAttributeValues: PresenceItem;
}

/** The presence table. Conditions always hold: in the bench, nobody else writes. */
export class LocalPresence {
  readonly #items = new Map<string, PresenceItem>();

  get(userId: string): object {
    const Item = this.#items.get(userId);
    return Item === undefined ? {} : { Item };
  }

  update({ Key, UpdateExpression, ExpressionAttributeValues: values }: Update): object {
    const before = this.#items.get(Key.user_id.S) ?? Key;
    const isAnnouncement = UpdateExpression.startsWith("SET #announced");
    const [status, changed_at, version] = [values[":status"], values[":changed_at"], values[":version"]];
    const change = isAnnouncement ? { announced: version } : { status, version, changed_at };
    const Attributes: PresenceItem = { ...before, ...change };
    this.#items.set(Key.user_id.S, Attributes);
    return { Attributes };
  }

  clear(): void {
    this.#items.clear();
  }
}
