/** What sellers type into the app on the phone, for each kind of app. */
import type { ListenerSetUp } from '../contract/admin-listeners.ts'

/** As SmsForwarder fills it in. Its texts are escaped by the app. */
const TEMPLATE = JSON.stringify({
  package: '[from]',
  title: '[title]',
  text: '[org_content]',
  device: '[device_mark]',
  timestamp: '[timestamp]',
  sign: '[sign]',
})

/** @param base without a slash at its end */
export function setUpOf(base: string, { id, secret }: { id: string; secret: string }): ListenerSetUp {
  return {
    own: { apiAddress: `${base}/addons/pay/` },
    vmq: {
      host: vmqHost(base),
      plainHttp: base.startsWith('http:'),
      usable: isUsable(secret),
    },
    forwarder: {
      url: `${base}/addons/listener/forward/${id}`,
      template: TEMPLATE,
      success: '"code":1',
    },
  }
}

/** @returns what the app takes as one text or QR code; null when the secret cannot be part of it. */
export function vmqTextOf(base: string, secret: string): string | null {
  return isUsable(secret) ? `${vmqHost(base)}/${secret}` : null
}

/** The app calls http:// and nothing else: of an https address only the name is of use, and its port is 80. */
function vmqHost(base: string): string {
  const { protocol, host, hostname } = new URL(base)
  return protocol === 'http:' ? host : hostname
}

/** The app cuts its text at the slash. */
function isUsable(secret: string): boolean {
  return !secret.includes('/')
}
