import type { CursorStore } from "./recovery";

interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
}

/**
 * Keeps the cursor in the `localStorage` of the browser.
 *
 * @param key - has the user's id in it: another user of this browser must not go on from this user's cursor
 * @param storage - `sessionStorage` gives each tab a cursor of its own
 */
export function localStorageCursor(key: string, storage?: TextStorage): CursorStore {
  // A getter of the browser that throws where storage is forbidden: the client catches it.
  const place = () => storage ?? (globalThis as unknown as { readonly localStorage: TextStorage }).localStorage;
  return { load: () => place().getItem(key), save: (text) => place().setItem(key, text) };
}
