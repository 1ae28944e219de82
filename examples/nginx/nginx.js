// Starts nginx with the configuration next to this file, on free ports and in a separate folder.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin` }

/** Starts nginx in front of the app that listens on `appPort` of this machine; `servers` replaces iclock.conf. */
export async function startNginx(appPort, servers = textOf('iclock.conf')) {
  const folder = mkdtempSync(join(tmpdir(), 'express-iclock-nginx-'))
  // If root starts nginx, its workers are another user.
  chmodSync(folder, 0o755)
  const [httpPort, httpsPort] = await freePorts(2)
  const ports = { 3000: appPort, 8080: httpPort, 8443: httpsPort }
  for (const [name, text] of [
    ['nginx.conf', textOf('nginx.conf')],
    ['iclock.conf', servers],
  ]) {
    const onFreePorts = text.replace(/:(3000|8080|8443)\b/g, (_, port) => `:${ports[port]}`)
    writeFileSync(join(folder, name), onFreePorts)
  }
  makeCertificate(folder)

  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf'], {
    ...{ env, stdio: ['ignore', 'ignore', 'pipe'] },
  })
  let said = ''
  nginx.stderr.on('data', (text) => {
    said += text
  })
  const exit = once(nginx, 'exit').catch((error) => {
    said += error.code === 'ENOENT' ? 'nginx is missing: apt-get install -y nginx-light' : error
  })
  const stop = async () => {
    nginx.kill('SIGTERM')
    await exit
    rmSync(folder, { recursive: true })
  }
  const isListening = await Promise.race([exit.then(() => false), answers(httpPort)])
  if (!isListening) {
    await stop()
    throw new Error(`nginx did not start: ${said}`)
  }
  return {
    http: `http://127.0.0.1:${httpPort}`,
    https: `https://127.0.0.1:${httpsPort}`,
    certificate: readFileSync(join(folder, 'cert.pem')),
    stop,
  }
}

function textOf(name) {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

function makeCertificate(folder) {
  try {
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '1',
          '-subj',
          '/CN=localhost',
        ],
        ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'key.pem', '-out', 'cert.pem'],
      ],
      { cwd: folder, stdio: 'pipe' },
    )
  } catch (error) {
    if (error.code === 'ENOENT') error.message = 'openssl is missing: apt-get install -y openssl'
    throw error
  }
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

async function answers(port) {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return true
    await sleep(50)
  }
  return false
}
