import assert from 'node:assert/strict'
import { only, resource } from './resource.ts'

/** Scripts that break a rule, and scripts close to them that do not. */
const scripts: Record<string, { bad: string[]; good: string[] }> = {
  'hosts-file-modes': {
    bad: ['chmod 777 /srv/app', 'chmod -R 0777 "/srv/app"', 'cd /srv && /bin/chmod o+w app', 'chmod u=rwx,a+rw x', 'chmod 644 /etc/wireguard/wg0.conf', 'chmod a+r /etc/kubernetes/kubelet.conf', 'install -d -m 0777 /srv/app', 'mkdir -p --mode=777 x', 'umask 000\ntouch x', 'chmod \\\n  666 x'],
    good: ['chmod 755 /usr/local/bin/x', 'chmod 1777 /tmp', 'chmod u+w,go-w x', 'chmod +x run.sh', 'chmod 600 /etc/wireguard/wg0.conf', 'install -m 0755 a b', 'umask 077', 'echo "run fchmod 777 never"', 'chmod a+r /etc/motd', 'chmod o-w x'],
  },
  'hosts-pinned-packages': {
    bad: ['apt-get install -y kubelet kubeadm=1.36.3-1.1', 'apt-get update && apt-get -y install \\\n  containerd', 'sudo apt install containerd.io/stable', 'dnf install -y kubelet', "DEBIAN_FRONTEND=noninteractive apt-get install 'kubectl=*'", 'yum install docker-ce'],
    good: ['apt-get install -y kubelet=1.36.3-1.1 "kubeadm=$VERSION"', 'dnf install -y kubelet-1.36.3', 'apt-get install -y curl gpg', 'apt-mark hold kubelet kubeadm', 'apt-get remove kubelet', 'apt-get update; systemctl restart kubelet', 'apt-get install curl; kubelet --version'],
  },
  'hosts-firewall': {
    bad: ['ufw disable', 'ufw --force reset', 'ufw default allow incoming', 'iptables -P INPUT ACCEPT', 'ip6tables -w -P FORWARD ACCEPT', 'iptables -F', 'iptables --flush INPUT; true', 'nft flush ruleset', 'systemctl disable --now nftables', 'systemctl stop firewalld.service', 'service ufw stop'],
    good: ['ufw default allow outgoing', 'ufw default deny incoming', 'ufw --force reset && ufw default deny && ufw --force enable', 'iptables -P INPUT DROP', 'iptables -t nat -F', 'iptables -F KUBE-FIREWALL', 'iptables -F\niptables -P INPUT DROP', 'nft flush ruleset\nnft -f /etc/nftables.conf', 'systemctl disable --now ufw; systemctl enable --now nftables', 'systemctl disable --now apt-daily.timer', 'systemctl restart nftables'],
  },
  'hosts-signed-packages': {
    bad: [
      'curl -fsSL https://x.example/install?a=1&b=2 | sh', 'curl https://x.example \\\n  | sudo -E bash -', 'wget -qO- https://x.example | /bin/bash', 'curl https://x.example | gunzip | A=b sh', 'bash <(curl -s https://x.example)', 'sh -c "$(curl -fsSL https://x.example)"', 'eval "$(wget -qO- https://x.example)"', 'curl https://x.example | python3 -',
      'echo "deb [arch=amd64 trusted=yes] http://x ./"', 'Types: deb\nTrusted: yes\n', 'apt-get --allow-unauthenticated install x', 'apt-get update --allow-insecure-repositories', 'dnf install --nogpgcheck x', 'gpgcheck=0', 'rpm -i --nosignature x.rpm',
    ],
    good: ['curl -fsSL https://x.example/key.asc | gpg --dearmor -o k.gpg', 'curl https://x.example/a.json | python3 -m json.tool', 'curl https://x.example | jq .a', 'curl -O https://x.example/a && sh -c "echo done"', 'curl https://x.example/a | tee /etc/apt/keyrings/k.asc', 'gpgcheck=1', 'Trusted: no', 'version=$(curl -s https://x.example/stable.txt)', 'apt-key list'],
  },
  'transport-verify': {
    bad: ['curl -k https://x.example', 'curl -kfsSL https://x.example', 'curl -sSk https://x.example', 'curl --insecure https://x.example', 'wget --no-check-certificate https://x.example', 'git config --global http.sslVerify false', 'git -c http.sslVerify=false clone x', 'npm config set strict-ssl false', 'pip install --trusted-host x.example y', 'Acquire::https::Verify-Peer "false";', 'kubectl --insecure-skip-tls-verify get pods', 'ssh -o StrictHostKeyChecking=no x'],
    good: ['curl -K config https://x.example', 'curl -o kubeadm https://x.example', 'curl -fsSL https://x.example | sort -k 2', 'curl --keepalive-time 5 https://x.example', 'wget --ca-certificate=ca.pem https://x.example', 'git config http.sslVerify true', 'ssh -o StrictHostKeyChecking=yes x'],
  },
}

describe('policies/hosts: what a script would do to a host is judged before it runs', () => {
  for (const [id, { bad, good }] of Object.entries(scripts)) {
    it(id, () => {
      const { evaluateAll } = only(new RegExp(`^${id}$`))
      const broken = (create: string) => evaluateAll(resource('command:remote:Command', { create })).length > 0
      assert.deepEqual(bad.filter((script) => !broken(script)), [], 'are let through')
      assert.deepEqual(good.filter(broken), [], 'are refused')
    })
  }

  it('takes no more than linear time for whatever it is given', () => {
    const { evaluateAll } = only(/^(hosts|transport)/)
    const start = performance.now()
    for (const part of ['curl a|', 'chmod ', 'apt-get install ', 'iptables -w ', 'A=b ', '\\\n', 'sudo -a ', 'systemctl disable ', 'server: http:/', '[trusted']) evaluateAll(resource('command:remote:Command', { create: part.repeat(20_000) }))
    assert.ok(performance.now() - start < 10_000)
  })
})
