/**
 * The pages behind an order, which the product page does without. Called ahead while the buyer fills in the form;
 * the browser fetches them once, and again only after a failure.
 */
export function loadOrderPages(): Promise<typeof import('./order-pages.ts')> {
  return import('./order-pages.ts')
}
