/**
 * Context key under which a module names the folder of its bundles, an expression such as `${path.module}/handlers`. In a
 * file of its own: the local run needs the key at each start, and cdktf takes half a second to load.
 */
export const BUNDLES_CONTEXT_KEY = "sumu:bundles";
