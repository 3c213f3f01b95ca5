/** Where a client that connects may put its token: the query parameter, the header `Authorization`, or either of them. */
export const TOKEN_SOURCES = ["query", "header", "either"] as const;

/** One of {@link TOKEN_SOURCES}. */
export type TokenSource = (typeof TOKEN_SOURCES)[number];
