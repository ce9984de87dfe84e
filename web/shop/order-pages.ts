/** One bundle, so that an open payment page needs nothing more from the network than the order itself. */
export { default as OrderPage } from './OrderPage.vue'
export { default as OrdersPage } from './OrdersPage.vue'
