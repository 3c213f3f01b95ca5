/** Where a client may put its token when it connects: the query parameter, the header `Authorization`, or either. */
export const TOKEN_SOURCES = ["query", "header", "either"] as const;

/** Browsers cannot set headers, so they put their token in the query. */
export const DEFAULT_TOKEN_SOURCE: TokenSource = "query";

/** One of {@link TOKEN_SOURCES}. */
export type TokenSource = (typeof TOKEN_SOURCES)[number];
