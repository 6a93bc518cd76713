/** How much is compared: a part, or with `npm run test:deep` all of it. */

/** Whether all is compared. */
export const deep = process.env['DEEP'] !== undefined;

/** Runs of a property, a fifth of them where not all is compared. */
export const runs = (all: number): number => (deep ? all : Math.ceil(all / 5));
