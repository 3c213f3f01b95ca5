import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useSyncExternalStore,
} from "react";
import type { ConnectionState } from "./connection";
import type { Message } from "./core";
import type { Sumu } from "./sumu";

const SumuContext = createContext<Sumu | undefined>(undefined);

/** Gives a client to the hooks of the components in it. It does not close the client. */
export function SumuProvider(props: { readonly client: Sumu; readonly children?: ReactNode }): ReactElement {
  return createElement(SumuContext.Provider, { value: props.client }, props.children);
}

/** @throws Error without a {@link SumuProvider} around the component */
export function useSumu(): Sumu {
  const client = useContext(SumuContext);
  if (!client) throw new Error("no SumuProvider");
  return client;
}

/** The state of the connection. On a server it is `connecting`. */
export function useConnectionState(): ConnectionState {
  const client = useSumu();
  return useSyncExternalStore(
    (changed) => client.on("state", changed),
    () => client.state,
    () => "connecting",
  );
}

/** Calls the handler with each message, for as long as the component is there. It may be a new function each time. */
export function useMessages<Data = unknown>(handler: (message: Message<Data>) => void): void {
  const client = useSumu();
  const latest = useLatest(handler);
  useEffect(() => client.on("message", (message) => latest.current(message as Message<Data>)), [client, latest]);
}

/**
 * Calls the handler with each message of the channel, for as long as the component is there.
 *
 * @param name - `undefined` subscribes to nothing
 */
export function useChannel<Data = unknown>(name: string | undefined, handler: (message: Message<Data>) => void): void {
  const client = useSumu();
  const latest = useLatest(handler);
  useEffect(() => {
    if (name) return client.channel<Data>(name).subscribe((message) => latest.current(message));
    return undefined;
  }, [client, name, latest]);
}

function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
