type Handler = (...values: never[]) => void;

/** Handlers of named events. */
export interface Events {
  /** @returns a function that takes the handler off */
  on(name: string, handler: Handler): () => void;
  has(name: string): boolean;
  /** What a handler throws is the application's: it goes where uncaught errors go, and does not stop the client. */
  emit(name: string, ...values: readonly unknown[]): void;
}

/** The name of the event that a message of this channel is. */
export const channelEvent = (channel: string): string => `channel ${channel}`;

export function createEvents(): Events {
  const handlers = new Map<string, Set<Handler>>();
  return {
    on(name, handler) {
      // Its own function, so that a handler can be there twice.
      const own: Handler = (...values) => handler(...values);
      const set = handlers.get(name) ?? new Set();
      handlers.set(name, set.add(own));
      return () => void set.delete(own);
    },
    has: (name) => !!handlers.get(name)?.size,
    emit(name, ...values) {
      // Of a copy: a handler may take others off.
      for (const handler of new Set(handlers.get(name))) {
        try {
          handler(...(values as never[]));
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
