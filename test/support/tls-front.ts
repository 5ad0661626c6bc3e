/** TLS before a server without it. Its key is in every copy of this project: it protects nothing. */
import { connect, type AddressInfo } from 'node:net'
import { createServer } from 'node:tls'

/** For `localhost` and `127.0.0.1`, signed by itself. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUd3H/AYCAwX9uHmfiOjPRLaOZflMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTIwMTAwMzgxNloYDzIxMjYxMTA3
MDAzODE2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATpf1HgU0Ec2BRPHMYKAjNeOFipv1F90j94pb8Vla6AFZ1egDN8dNjt
lJLHGM2Auavy9omfeqa7XKHRMdMUz3VQo28wbTAdBgNVHQ4EFgQUxFYiAdSlpvtr
ctmNUGukHfY7TvkwHwYDVR0jBBgwFoAUxFYiAdSlpvtrctmNUGukHfY7TvkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAKyflFrVAq0l6uT0V6ezl5eRaVwNWUKBbFXPBv6reOWyAiBI
yo3vke9uiv0jMSmKqDEnbZYq/RpVPBGLWxGT/rbUlw==
-----END CERTIFICATE-----`
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUraXeUnGQVZvBY6a
1x83gKAAmDp97NGZvdFLwKm+r/mhRANCAATpf1HgU0Ec2BRPHMYKAjNeOFipv1F9
0j94pb8Vla6AFZ1egDN8dNjtlJLHGM2Auavy9omfeqa7XKHRMdMUz3VQ
-----END PRIVATE KEY-----`

export interface TlsFront {
  readonly origin: string
  close(): void
}

/** Speaks HTTP/1.1 and HTTP/2, as the server behind it has to. */
export async function startTlsFront(behind: string): Promise<TlsFront> {
  const port = Number(new URL(behind).port)
  const server = createServer({ key: KEY, cert: CERTIFICATE, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    const inner = connect(port, '127.0.0.1')
    const end = (): void => {
      socket.destroy()
      inner.destroy()
    }
    for (const one of [socket, inner]) one.on('error', end).on('close', end)
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  }
}
