/** Checking a webhook, in the languages of the samples: `isGenuine(headers, body, secret)`. */
export const VERIFY_SAMPLES = {
  Node: `import { createHmac, timingSafeEqual } from 'node:crypto'

// headers: names in lower case; body: the text as it came, before any parsing
export function isGenuine(headers, body, secret) {
  const id = headers['webhook-id']
  const seconds = headers['webhook-timestamp']
  const signatures = headers['webhook-signature'] ?? ''
  const key = Buffer.from((secret ?? '').replace(/^whsec_/, ''), 'base64')
  if (key.length === 0) throw new Error('The webhook secret is not set: anybody could sign')
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) < 300)) return false
  const wanted = createHmac('sha256', key).update(\`\${id}.\${seconds}.\${body}\`).digest()
  return signatures.split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}`,
  PHP: `<?php
// $headers: names in lower case; $body: file_get_contents('php://input')
function isGenuine(array $headers, string $body, string $secret): bool
{
    $id = $headers['webhook-id'] ?? '';
    $seconds = $headers['webhook-timestamp'] ?? '0';
    $signatures = $headers['webhook-signature'] ?? '';
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    if ($key === '') {
        throw new RuntimeException('The webhook secret is not set: anybody could sign');
    }
    if (abs(time() - (int) $seconds) >= 300) {
        return false;
    }
    $wanted = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$seconds.$body", $key, true));
    foreach (explode(' ', $signatures) as $given) {
        if (hash_equals($wanted, $given)) {
            return true;
        }
    }
    return false;
}`,
  Python: `import base64, hashlib, hmac, re, time

# headers: names in lower case; body: the bytes as they came, before any parsing
def is_genuine(headers, body, secret):
    message_id = headers.get("webhook-id", "")
    seconds = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    key = base64.b64decode(re.sub("^whsec_", "", secret or ""))
    if not key:
        raise ValueError("The webhook secret is not set: anybody could sign")
    if not seconds.isdecimal() or abs(time.time() - int(seconds)) >= 300:
        return False
    signed = f"{message_id}.{seconds}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return any(hmac.compare_digest(wanted, given.encode()) for given in signatures.split(" "))`,
  Java: `import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Webhooks {
  // headers: names in lower case; body: the text as it came, before any parsing
  static boolean isGenuine(Map<String, String> headers, String body, String secret) throws Exception {
    String id = headers.getOrDefault("webhook-id", "");
    String seconds = headers.getOrDefault("webhook-timestamp", "0");
    String signatures = headers.getOrDefault("webhook-signature", "");
    byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
    if (key.length == 0) throw new IllegalStateException("The webhook secret is not set: anybody could sign");
    if (!seconds.matches("\\\\d{1,12}")) return false;
    if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(seconds)) >= 300) return false;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] digest = mac.doFinal((id + "." + seconds + "." + body).getBytes(StandardCharsets.UTF_8));
    byte[] wanted = ("v1," + Base64.getEncoder().encodeToString(digest)).getBytes(StandardCharsets.UTF_8);
    for (String given : signatures.split(" ")) {
      if (MessageDigest.isEqual(wanted, given.getBytes(StandardCharsets.UTF_8))) return true;
    }
    return false;
  }
}`,
  Go: `package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// IsGenuine takes the body as it came, before any parsing.
func IsGenuine(headers http.Header, body []byte, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		panic("the webhook secret is not set: anybody could sign")
	}
	id, stamp := headers.Get("webhook-id"), headers.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || math.Abs(float64(time.Now().Unix()-seconds)) >= 300 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + string(body)))
	wanted := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, given := range strings.Split(headers.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(wanted), []byte(given)) {
			return true
		}
	}
	return false
}`,
} as const
