/** Number of files of a pack, with those that describe it. A pack with more is not opened again. */
export const MOST_PACK_FILES = 32_000;
