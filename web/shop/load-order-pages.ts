/**
 * The pages behind an order, which the product page does without. Called ahead while the buyer fills in the form;
 * the browser fetches them once, and again only after a failure.
 */
export const loadOrderPages = () => import('./order-pages.ts')
