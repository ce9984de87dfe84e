import { createApp } from 'vue'
import App from './App.vue'
import { createShopRouter } from './router.ts'
import { adoptServedAddress } from './served-address.ts'
import './styles/base.css'

adoptServedAddress()
createApp(App).use(createShopRouter()).mount('#app')
