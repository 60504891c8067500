import assert from 'node:assert/strict'
import { cpuSeconds } from '../cpu-seconds.ts'
import { only, resource } from './resource.ts'

/** Scripts that break a rule, and scripts close to them that do not. */
const scripts: Record<string, { bad: string[]; good: string[] }> = {
  'hosts-no-agent-forwarding': {
    bad: [
      'ssh host -A ls', 'ssh -tt h -A', 'ssh -oForwardAgent=yes h',
      'ssh -tA host', 'ssh -i k -A h', 'ssh -o ForwardAgent=yes h', 'ssh -o "ForwardAgent yes" h', 'ssh -Ai key h', 'ssh -AT h', 'ssh \\\n  -A host',
    ],
    good: [
      'ssh -i k host tar -A x',
      'ssh-keygen -A', 'ssh host uname -a', 'ssh host ls -la', 'ssh -a host true', '# never ssh -A\ntrue', 'ssh -J jump host true', 'systemctl restart ssh',
    ],
  },
  'hosts-no-password-login': {
    bad: [
      '(\necho "PasswordAuthentication yes"\n) | tee /etc/ssh/sshd_config.d/x.conf',
      "sed -i 's/^#\\?PasswordAuthentication.*/PasswordAuthentication yes/' /etc/ssh/sshd_config", "sed -i 's/PermitRootLogin prohibit-password/PermitRootLogin yes/' /etc/ssh/sshd_config",
      'echo PermitRootLogin yes >>/etc/ssh/sshd_config', 'echo "PermitRootLogin yes" >>/etc/ssh/sshd_config', "printf 'PasswordAuthentication yes\\n' > x", 'sshpass -p x ssh h',
      "printf '%s\\n' 'Port 22' 'PasswordAuthentication yes'", 'printf "Port 22\\nPasswordAuthentication yes\\n" > x', 'cat >x <<EOF\nPasswordAuthentication yes\nEOF',
    ],
    good: [
      "sed -i 's/PasswordAuthentication yes/PasswordAuthentication no/' f", 'if grep -q "PasswordAuthentication yes" /etc/ssh/sshd_config; then exit 1; fi', 'apt-get purge -y sshpass', '# no sshpass here\ntrue',
      "sed -i '/PermitRootLogin yes/d' f", 'sshd -T | grep -q "passwordauthentication no"', 'sed -i "s/^PasswordAuthentication yes/PasswordAuthentication no/" f',
    ],
  },
  'hosts-no-secret-in-command': {
    bad: [
      'helm install x --set user=admin,rootPassword=hunter22xyz', "mysql --password='ab;cd1234'", "PASSWORD='abc&defgh1' x", 'x --db_password=hunter22x', 'x --api_key=hunter22x',
      'docker login -u x -p hunter2 r.example', 'mysql -phunter2 app',
      'export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCY', 'DB_PASS=hunter2 x', 'MYSQL_PWD=hunter2 mysql', 'SECRET_KEY=hunter22 x', 'curl -u admin:hunter2 https://x', 'redis-cli -u redis://:hunter2@redis:6379',
      'gpg --batch --passphrase hunter2 -d x', 'kubeadm join 10.0.0.1:6443 --control-plane --certificate-key a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
      'git clone https://ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@github.com/x/y', 'mc alias set x https://x --secret-key hunter22', 'PASSWD=hunter2 x', 'curl -H "X-Api-Key: hunter2222" https://x',
      'curl -H "PRIVATE-TOKEN: glpat-abcdefghij0123456789" https://x', 'kubeadm join --token=abcdef.0123456789abcdef x', 'kubeadm join --token "abcdef.0123456789abcdef" x', 'cat <<EOF\ntoken: abcdef.0123456789abcdef\nEOF',
      'x --password hunter2', "x --password 'hunter2'", 'PGPASSWORD=hunter2 psql', 'helm --set adminPassword=hunter2', 'curl -H "Authorization: Basic YWRtaW46aHVudGVyMg==" x', 'x https://$USER:hunter2@y',
      'K3S_TOKEN=K10abc::server:def x', 'ETCD_KEY=x y -passphrase hunter2',
    ],
    good: [
      'docker login -u x -p "$PASSWORD" r.example', 'mysql -p app',
      "kubectl get cronjob x -o jsonpath='{.status.lastScheduleTime}'", 'docker build --secret id=npm,src=/root/.npmrc .', 'kubectl create secret generic x --from-file=token=/run/secrets/token', 'TOKEN=`cat /run/token`; x',
      'kubeadm join --token `cat /run/t`', 'helm upgrade x y --set auth.existingSecret=pg-credentials', 'helm upgrade x y --set automountServiceAccountToken=false', 'vault kv put secret/x password=@/run/pw',
      'echo "usage: x --token TOKEN"', 'TOKEN=$(cat /run/t)', 'TOKEN="$(cat /run/t)"', 'x --password-file /run/p', 'curl https://user:$PASS@x', 'curl -H "Authorization: Bearer $TOKEN" x', 'PASSWORD_FILE=/run/x y',
      'openssl rand -hex 16 >token', 'read -r TOKEN </run/token', 'kubectl create token default', 'kubectl -n x create secret tls y --key=a --cert=b', 'kubeadm token create --token-ttl 1h', 'x --token {{ .Token }}',
      'TOKEN=; x', 'podman run --secret db-password x', 'mount -o credentials=/root/.smb x y', 'apt-get install -y foo=1.2.3', 'kubectl get secret token', 'systemctl set-environment A=b',
      'kubectl create secret docker-registry x --docker-password="$P"', 'curl -O https://github.com/containerd/containerd/releases/download/v2.1.4/containerd-2.1.4-linux-amd64.tar.gz', 'if [ "$TOKEN" = none ]; then :; fi',
      'test TOKEN=none', 'x --token=$(cat f)', 'x --token ${TOKEN}', "x --token '{{token}}'",
    ],
  },
  'hosts-quoted': {
    bad: [
      '# see <<EOF\necho $A\nEOF', 'echo $((1 << N))\necho $A\nN',
      'kubectl --namespace=$NS get pods', 'dd if=/dev/zero of=$DEV', 'rm -r "$(dirname $X)"', 'kubeadm join --token=$T', 'rm $1', 'echo $(cat $F)', 'rm `cat $F`', "cat <<EOF\nit's\nEOF\nrm $A\n",
    ],
    good: [
      'if x=$y; then :; fi', 'while ! x=$y; do :; done', 'local -r a=$1', 'case x in\n a) b=$c ;;\nesac',
      'cat >x <<EOF\nServer=$HOST\nEOF', "cat >x <<'EOF'\nit is $HOST\nEOF", 'PATH=/usr/local/go/bin:$PATH', 'URL=https://x/$V/y; curl "$URL"', 'case $x in a) ;; esac', '[[ $x == y ]]', 'x=$((a + $b))', 'A=${B:-$C}',
      'A=$B$C', 'export KUBECONFIG=$HOME/x', 'x "$@"', 'x "${a[@]}"', 'echo $?', 'cat <<EOF\nit\'s\nEOF\necho "$A"', 'if (( $x > 1 )); then :; fi', 'x <<< "$Y"', 'export PATH="$PATH:/x"',
    ],
  },
  'hosts-signed-packages': {
    bad: [
      'curl -fsSL https://x.example/install?a=1&b=2 | sh', 'curl https://x.example \\\n  | sudo -E bash -', 'wget -qO- https://x.example | /bin/bash', 'curl https://x.example | gunzip | A=b sh',
      'bash <(curl -s https://x.example)', 'sh -c "$(curl -fsSL https://x.example)"', 'eval "$(wget -qO- https://x.example)"', 'curl https://x.example | python3 -', 'echo "deb [arch=amd64 trusted=yes] http://x ./" >/etc/apt/sources.list.d/x.list',
      'Types: deb\nTrusted: yes\n', 'apt-get --allow-unauthenticated install x', 'apt-get update --allow-insecure-repositories', 'dnf install --nogpgcheck x', 'gpgcheck=0', 'rpm -i --nosignature x.rpm',
      'curl https://x |\n  sh', 'curl https://x | sudo -u root bash', '. <(curl -s https://x)', 'python3 <(curl -s https://x)', 'curl -fsSL https://get.k3s.io | INSTALL_K3S_EXEC="server --x" sh -s -',
      'echo \'APT::Get::AllowUnauthenticated "yes";\' > x', 'curl -sSL https://x | python3', 'apt-get install -y --allow-unauthenticated x', 'python3 -c "$(curl -fsSL https://x)"',
      'apt-get -o APT::Get::AllowUnauthenticated=true install x', 'bash -c "$(wget -qO - https://x)"', 'curl -s https://x | sudo /usr/bin/env bash', 'curl x | exec bash',
    ],
    good: [
      'curl -fsSL https://x.example/key.asc | gpg --dearmor -o k.gpg', 'curl https://x.example/a.json | python3 -m json.tool', 'curl https://x.example | jq .a', 'curl -O https://x.example/a && sh -c "echo done"',
      'curl https://x.example/a | tee /etc/apt/keyrings/k.asc', 'gpgcheck=1', 'Trusted: no', 'version=$(curl -s https://x.example/stable.txt)', 'apt-key list', '# never: curl https://x | sh\ntrue',
      '# apt-key add is gone\ntrue', '# deb [trusted=yes] x\n', 'curl -fsSL https://x | sudo tee /etc/apt/keyrings/x.asc >/dev/null', 'curl -fsSL https://x | sudo gpg --dearmor -o /etc/apt/keyrings/x.gpg',
      'add-apt-repository -y "deb [signed-by=/x] https://y z main"', 'curl https://x | sha256sum -c', 'curl -s https://x/a.json | python3 -c "import json"', 'rm -f /etc/apt/trusted.gpg.d/x; apt-key del 1',
      'echo "do not pipe curl | sh"', 'curl -fsSL https://x -o x.sh; echo "abc  x.sh" | sha256sum -c && sh x.sh',
    ],
  },
  'hosts-pinned-packages': {
    bad: [
      'snap install kubelet --classic', 'V=$(apt-get install -y kubelet)', 'apt-get install -y {kubelet,kubeadm}',
      'apt-get install -y kubelet kubeadm=1.36.3-1.1', 'apt-get update && apt-get -y install \\\n  containerd', 'sudo apt install containerd.io/stable', 'dnf install -y kubelet',
      "DEBIAN_FRONTEND=noninteractive apt-get install 'kubectl=*'", 'yum install docker-ce', 'zypper install -y kubelet', 'apt-get install -y kubelet kubeadm kubectl',
      'sudo -E apt-get -qq install -y --no-install-recommends containerd', 'apt-get install -y kubelet=\\*', 'dnf -y install containerd.io', 'apt-get install -y kubelet;', 'su -c "apt-get install -y kubelet"',
      'microdnf install kubelet', 'apt-get -y --quiet install kubelet', 'DEBIAN_FRONTEND=noninteractive apt-get install -yq kubeadm', 'tdnf install -y kubelet',
    ],
    good: [
      'snap install kubectl --classic --revision=123',
      'echo "please apt-get install kubelet yourself"',
      'apt-get install -y kubelet=1.36.3-1.1 "kubeadm=$VERSION"', 'dnf install -y kubelet-1.36.3', 'apt-get install -y curl gpg', 'apt-mark hold kubelet kubeadm', 'apt-get remove kubelet',
      'apt-get update; systemctl restart kubelet', 'apt-get install curl; kubelet --version', '# apt-get install kubelet\ntrue', 'apt-get install -y kubelet=1.36.3-1.1 # not containerd',
      'apt-get install -y --allow-change-held-packages kubelet="$V"', 'apt install -y kubelet=${V}', 'dnf install -y kubelet-1.36.3 --disableexcludes=kubernetes', 'apt-get install -y curl 2>&1 >/dev/null',
      'apt-get remove -y docker.io containerd runc',
    ],
  },
  'hosts-ca-pinned': {
    bad: [
      'kubeadm join 10.0.0.1:6443 --discovery-token abc',
      'kubeadm join a --discovery-token-ca-cert-hash sha256:aa\nkubeadm join b --token x', 'kubeadm join a --discovery-token-ca-cert-hash sha256:aa --discovery-token-unsafe-skip-ca-verification',
      'kubeadm join --config x --discovery-token-unsafe-skip-ca-verification=1', 'cat >j <<EOF\nunsafeSkipCAVerification: true\nEOF\nkubeadm join --config j',
      'kubeadm join --config <(echo \'{"unsafeSkipCAVerification":true}\')', 'kubeadm join a --token x --discovery-token-unsafe-skip-ca-verification; echo --config',
    ],
    good: [
      '# kubeadm join comes later\ntrue', 'echo "kubeadm join is done by annex"', 'kubeadm join --config /x', 'kubeadm join x --token "$T" --discovery-token-ca-cert-hash sha256:aa',
      '# never use --discovery-token-unsafe-skip-ca-verification here\nkubeadm join --config x', 'kubeadm join --discovery-file /x',
      'kubeadm join --discovery-token-unsafe-skip-ca-verification=false --discovery-token-ca-cert-hash sha256:aa x', 'journalctl -u kubelet | grep "kubeadm join"', 'kubeadm join --help',
      'kubeadm join phase control-plane-prepare all --config=x',
    ],
  },
  'hosts-token-lifetime': {
    bad: [
      'TTL=$(grep a f) kubeadm token create --ttl 0',
      'kubeadm init --token-ttl 0', 'kubeadm init --token-ttl=0s', 'kubeadm token create \\\n  --ttl 0', 'kubeadm --kubeconfig /etc/kubernetes/admin.conf token create --ttl 0', 'kubeadm token --kubeconfig x create --ttl 0',
      'kubeadm token create --ttl 24h30m', 'kubeadm token create --ttl "0"', 'kubeadm token create "$T" --ttl 0 --print-join-command', 'kubeadm token create --ttl 100000s',
    ],
    good: [
      '# kubeadm token create --ttl 0\ntrue', 'kubeadm token create --ttl 0h30m', 'kubeadm token create --ttl 1h', 'kubeadm token create --ttl 24h0m0s', 'kubeadm token list',
    ],
  },
  'hosts-file-modes': {
    bad: [
      'echo x >/srv/a && chmod 777 /srv/a', 'echo `chmod 777 /srv/a`',
      'chmod 777 /srv/app', 'chmod -R 0777 "/srv/app"', 'cd /srv && /bin/chmod o+w app', 'chmod u=rwx,a+rw x', 'chmod 644 /etc/wireguard/wg0.conf', 'chmod a+r /etc/kubernetes/kubelet.conf', 'install -d -m 0777 /srv/app',
      'mkdir -p --mode=777 x', 'umask 000\ntouch x', 'chmod \\\n  666 x', 'install -m 644 wg0.conf /etc/wireguard/wg0.conf', 'install -m 0644 /etc/kubernetes/admin.conf /root/.kube/config', 'chmod 644 /root/.kube/config',
      'chmod 640 /etc/kubernetes/kubelet.conf', 'install -m a=rwx a b', 'mkdir -m a+rwx x', 'chmod ugo+rw x', 'chmod 2777 x', 'chmod a=rwx x', 'find /srv -exec chmod 777 {} \\;', 'sudo chmod go+w /x', 'chmod o=rw x',
      'umask 0', 'chmod 00666 x', 'chmod g+r /etc/wireguard/wg0.conf', 'install -Dm666 a b', 'umask 0000', 'mkdir -pm 777 x', 'chmod -v 666 x', 'chmod 0644 "$HOME/.kube/config"', 'chmod +rw /etc/wireguard/wg0.conf',
      'chmod +r /etc/kubernetes/admin.conf', 'chmod 644 /etc/rancher/k3s/k3s.yaml', 'chmod 644 /root/.ssh/id_ed25519', 'chmod 644 /etc/ssh/ssh_host_ed25519_key', 'chmod 777 -R /srv/a',
    ],
    good: [
      'mkdir -p -m 755 /etc/wireguard/',
      'echo "never chmod 777 it"',
      'chmod 755 /usr/local/bin/x', 'chmod 1777 /tmp', 'chmod u+w,go-w x', 'chmod +x run.sh', 'chmod 600 /etc/wireguard/wg0.conf', 'install -m 0755 a b', 'umask 077', 'echo "run fchmod 777 never"', 'chmod a+r /etc/motd',
      'chmod o-w x', '# chmod 777 is bad\ntrue', 'chmod 644 /etc/wireguard/publickey', 'chmod 644 /etc/wireguard/wg0.pub', 'chmod 755 /etc/wireguard', 'chmod 1777 /var/tmp', 'chmod 644 /etc/kubernetes/pki/ca.crt',
      'chmod 0600 /etc/x', 'install -d -m 1777 /srv/tmp', 'chmod u=rw,go= /etc/wireguard/wg0.conf', 'chmod 644 /root/.ssh/id_ed25519.pub', 'chmod 400 /x.key', 'umask 022', 'umask 0077', 'mkdir -p /x',
      'install -m 755 a /usr/local/bin/777', 'chmod go-rwx /etc/wireguard/wg0.conf', 'chmod +t /x', 'chmod a+rx,o-w x',
    ],
  },
  'hosts-firewall': {
    bad: [
      'for i in 1; do\necho "ufw disable"\ndone | sh', 'exec >/etc/x.sh\necho "ufw disable"', 'ls s/x; ufw disable; ls s/y',
      'echo y | ufw disable',
      'ufw disable', 'ufw --force reset', 'ufw default allow incoming', 'iptables -P INPUT ACCEPT', 'ip6tables -w -P FORWARD ACCEPT', 'iptables -F', 'iptables --flush INPUT; true', 'nft flush ruleset',
      'systemctl disable --now nftables', 'systemctl stop firewalld.service', 'service ufw stop', 'ufw default allow routed', 'iptables -I INPUT -j ACCEPT', 'iptables -A INPUT -j ACCEPT',
      'firewall-cmd --set-default-zone=trusted', 'ufw disable\n', 'sed -i \'s/DEFAULT_FORWARD_POLICY="DROP"/DEFAULT_FORWARD_POLICY="ACCEPT"/\' /etc/default/ufw', 'iptables -P FORWARD ACCEPT', 'iptables --policy INPUT ACCEPT',
      "nft add chain inet filter input '{ type filter hook input priority 0; policy accept; }'", "nft 'flush ruleset'", 'systemctl --now disable nftables', 'ufw default allow in', 'update-rc.d ufw disable',
      'systemctl disable ufw && systemctl enable kubelet',
    ],
    good: [
      'echo "ufw disable is not allowed"',
      'ufw default allow outgoing', 'ufw default deny incoming', 'ufw --force reset && ufw default deny && ufw --force enable', 'iptables -P INPUT DROP', 'iptables -t nat -F', 'iptables -F KUBE-FIREWALL',
      'iptables -F\niptables -P INPUT DROP', 'nft flush ruleset\nnft -f /etc/nftables.conf', 'systemctl disable --now ufw; systemctl enable --now nftables', 'systemctl disable --now apt-daily.timer',
      'systemctl restart nftables', 'iptables -P INPUT ACCEPT\niptables -F\niptables -A INPUT -i lo -j ACCEPT\niptables -P INPUT DROP', 'ufw disable && nft -f /etc/nftables.conf',
      'systemctl disable --now ufw\niptables-restore </etc/iptables/rules.v4', 'iptables -t mangle -P FORWARD ACCEPT', 'iptables -t nat -P INPUT ACCEPT', '# ufw disable\ntrue', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT',
      'ufw allow 22/tcp', 'ufw status', 'systemctl is-active nftables', 'ufw default deny incoming\nufw default allow outgoing', 'systemctl disable --now ufw\napt-get install nftables\nsystemctl enable --now nftables',
      'iptables -t mangle -F', 'systemctl disable --now ufw || true; systemctl enable --now nftables.service',
    ],
  },
  'hosts-wireguard': {
    bad: [
      'wg set wg0 peer x allowed-ips 0.0.0.0/0', 'wg set wg0 peer x allowed-ips 0.0.0.0/1,128.0.0.0/1', 'wg set wg0 peer x allowed-ips ::/0', 'printf "[Peer]\\nAllowedIPs = 0.0.0.0/0\\n" >x',
    ],
    good: [
      'wg set wg0 peer x allowed-ips 10.0.0.1/32', 'ip route add 0.0.0.0/0 via 10.0.0.1',
    ],
  },
  'hosts-kubelet': {
    bad: [
      'cat >k <<EOF\n{"authentication": {"anonymous": {"enabled": true}}}\nEOF\n', 'cat >k <<EOF\nauthorization:\n  webhook: {}\n  mode: AlwaysAllow\nEOF\n',
      'cat >k <<EOF\nkind: KubeletConfiguration\neventRecordQPS: 0\nEOF\n', "sed -i 's/readOnlyPort: 0/readOnlyPort: 10255/' x",
    ],
    good: [
      "sed -i 's/readOnlyPort: 10255/readOnlyPort: 0/' x", 'sed -i "s/--anonymous-auth=true/--anonymous-auth=false/" x', 'if grep -q "readOnlyPort: 10255" x; then exit 1; fi',
    ],
  },
  'transport-verify': {
    bad: [
      'curl -k https://x.example', 'curl -kfsSL https://x.example', 'curl -sSk https://x.example', 'curl --insecure https://x.example', 'wget --no-check-certificate https://x.example',
      'git config --global http.sslVerify false', 'git -c http.sslVerify=false clone x', 'npm config set strict-ssl false', 'pip install --trusted-host x.example y', 'Acquire::https::Verify-Peer "false";',
      'kubectl --insecure-skip-tls-verify get pods', 'ssh -o StrictHostKeyChecking=no x', 'export VAULT_SKIP_VERIFY=1', 'ssh -o StrictHostKeyChecking=off x',
      'ssh -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/dev/null x', 'curl -fsSL \\\n  -k https://x', 'skopeo copy --src-tls-verify=false a b', 'vault status -tls-skip-verify', 'aws --no-verify-ssl s3 ls',
      'curl -sSLk https://x', 'wget --no-check-certificate x', 'dockerd --insecure-registry registry:5000', 'GIT_SSL_NO_VERIFY=1 git clone x', 'dnf --setopt=sslverify=0 install x', 'curl -H a -k https://x',
      'curl -XGET -k https://x', 'curl -so/dev/null -k x', 'kubectl config set-cluster x --insecure-skip-tls-verify=true', 'curl -4k https://x', 'curl -Ik https://x', 'curl -ksS -o a https://x',
      'ssh -oStrictHostKeyChecking=no x', 'curl -fk "https://a|b"',
    ],
    good: [
      'dockerd --insecure-registry=localhost:5000',
      'echo "do not use --insecure "',
      'curl -K config https://x.example', 'curl -o kubeadm https://x.example', 'curl -fsSL https://x.example | sort -k 2', 'curl --keepalive-time 5 https://x.example', 'wget --ca-certificate=ca.pem https://x.example',
      'git config http.sslVerify true', 'ssh -o StrictHostKeyChecking=yes x', 'curl -fsSO https://x/a && sort -k2 a', 'curl -fsSO https://x/a && df -k /', 'curl -fsS https://x >a && du -sk a', '# never curl -k\ntrue',
      'curl -fsSL -o /tmp/k https://x/-k', 'curl --cacert x https://y', 'GIT_SSL_NO_VERIFY= git x', 'unset GIT_SSL_NO_VERIFY',
    ],
  },
  'transport-plain-http': {
    bad: [
      'kubectl -s http://10.0.0.1:8080 get pods',

    ],
    good: [
      'kubectl exec p -- curl -s http://svc.local/',
      'curl http://127.0.0.1:10248/healthz',
    ],
  },
}

/** The same of files on a host. */
const files: typeof scripts = {
  'hosts-no-agent-forwarding': {
    bad: [
      'Host *\n  ForwardAgent yes\n',
    ],
    good: [
      '#AllowAgentForwarding yes\nAllowAgentForwarding no\n',
    ],
  },
  'hosts-no-password-login': {
    bad: [
      'ssh_pwauth: true\n', 'PasswordAuthentication "yes"\n', 'Match User x\n\tPasswordAuthentication\tyes\n',
    ],
    good: [
      '#PasswordAuthentication yes\nPasswordAuthentication no\n',
    ],
  },
  'hosts-ca-pinned': {
    bad: [
      'kind: JoinConfiguration\ndiscovery:\n  bootstrapToken:\n    apiServerEndpoint: a\n    unsafeSkipCAVerification: yes\n', 'discovery:\n  bootstrapToken: {unsafeSkipCAVerification: true}',
    ],
    good: [

    ],
  },
  'hosts-token-lifetime': {
    bad: [
      'kind: InitConfiguration\nbootstrapTokens:\n- token: x\n  ttl: "0"\n', 'kind: InitConfiguration\nbootstrapTokens:\n- ttl: 72h0m0s\n',
    ],
    good: [

    ],
  },
  'hosts-firewall': {
    bad: [
      '#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy accept;\n  }\n}\n', '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n',
      'DEFAULT_INPUT_POLICY="ACCEPT"\n',
    ],
    good: [

    ],
  },
  'hosts-wireguard': {
    bad: [
      '[Peer]\nAllowedIPs = 0.0.0.0/1, 128.0.0.0/1\n', '[Peer]\nAllowedIPs = ::/1, 8000::/1\n', '[Peer]\nAllowedIPs = 10.0.0.0/0\n', '[Peer]\nAllowedIPs = 0::/0\n', '[Peer]\nAllowedIPs=10.0.0.0/8, ::/0\n',
      '[Peer]\nAllowedIPs = 0/0\n', '[Peer]\nAllowedIPs = 0000:0000:0000:0000:0000:0000:0000:0000/0\n',
    ],
    good: [
      '# AllowedIPs = 0.0.0.0/0\nAllowedIPs = 10.0.0.1/32\n', 'AllowedIPs = 10.100.0.11/32, fd00::1/128\n',
    ],
  },
  'hosts-kubelet': {
    bad: [
      'kind: ClusterConfiguration\n---\nkind: KubeletConfiguration\nauthorization:\n  webhook: {}\n  mode: AlwaysAllow\n', 'kind: ClusterConfiguration\n---\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n',
      'kind: ClusterConfiguration\n---\nkind: KubeletConfiguration\neventRecordQPS: 0\n', 'kind: InitConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n  - name: read-only-port\n    value: "10255"\n',
      'kind: JoinConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n    anonymous-auth: "true"\n', 'streamingConnectionIdleTimeout: 0h0m0s\n', 'KUBELET_EXTRA_ARGS="--anonymous-auth"\n',
      'KUBELET_EXTRA_ARGS="--read-only-port 10255"', 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0s', '---\nreadOnlyPort: 10255\n',
      'kind: A\n---\nkind: KubeletConfiguration\nauthentication:\n  webhook: {enabled: true}\n  anonymous:\n    # x\n    enabled: true\n',
    ],
    good: [
      '# readOnlyPort: 10255 was the default once\nreadOnlyPort: 0\n', '# do not pass --anonymous-auth=true\nKUBELET_EXTRA_ARGS=--node-ip=1.2.3.4\n',
      'ExecStart=/usr/bin/kubelet --anonymous-auth=false --read-only-port=0 --authorization-mode=Webhook', 'eventRecordQPS: 5\nstreamingConnectionIdleTimeout: 5m',
      'kind: A\n---\nkind: KubeletConfiguration\nreadOnlyPort: 0\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true\n', 'KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=0h5m',
    ],
  },
  'transport-verify': {
    bad: [
      '{"insecure-registries": ["registry.local:5000"]}', '[[registry]]\nlocation = "x"\ninsecure = true\n', '[repo]\nsslverify=0\n', 'Host *\n  StrictHostKeyChecking    no\n', 'Host *\n\tStrictHostKeyChecking\tno\n',
      'Environment=VAULT_SKIP_VERIFY=1\n', '[host."https://x"]\n  skip_verify = true\n',
    ],
    good: [
      '# StrictHostKeyChecking no\nStrictHostKeyChecking yes\n', '{"insecure-registries": []}',
    ],
  },
  'transport-plain-http': {
    bad: [
      'server = "http://x"\n', '[host."http://x:5000"]\n', '[plugins."io.containerd.grpc.v1.cri".registry.mirrors."x"]\n  endpoint = ["http://registry.local:5000"]\n', '{"registry-mirrors": ["http://mirror.example"]}',
    ],
    good: [
      'server = "https://x"\n[host."http://127.0.0.1:30020"]\n', 'server = "http://localhost:5000"\n',
    ],
  },
}

describe('policies/hosts: what a script would do to a host is judged before it runs', () => {
  const asCommand = (create: string) => resource('command:remote:Command', { create })
  const asFile = (content: string) => resource('annex:host:HostSection', { document: { section: 'it', items: [{ kind: 'file', path: '/etc/it', mode: '644', content }] } })
  for (const [what, cases, made] of [['script', scripts, asCommand], ['file', files, asFile]] as const) {
    for (const [id, { bad, good }] of Object.entries(cases)) {
      it(`${id}: ${what}`, () => {
        const { evaluateAll } = only(new RegExp(`^${id}$`))
        const broken = (text: string) => evaluateAll(made(text)).length > 0
        assert.deepEqual(bad.filter((text) => !broken(text)), [], 'are let through')
        assert.deepEqual(good.filter(broken), [], 'are refused')
      })
    }
  }

  it('judges what a shell reads from its standard input', () => {
    const { findings } = only(/^hosts-firewall$/)
    for (const create of ['bash -s', 'sudo -n /bin/sh', 'sh -es -- a b']) assert.equal(findings('command:remote:Command', { create, stdin: 'ufw disable\n' }).length, 1, create)
    assert.deepEqual(findings('command:remote:Command', { create: 'cat >note', stdin: 'ufw disable\n' }), [])
  })

  it('takes no more than linear time for whatever it is given', () => {
    const { evaluateAll } = only(/^(hosts|transport)/)
    const parts = ['curl a|', 'chmod ', 'apt-get install ', 'iptables -w ', 'A=b ', '\\\n', 'sudo -a ', 'systemctl disable ', 'server: http:/', '[trusted', '<<E\n', 'kubeadm token create ', '((', '[[ ', 'allowed-ips 1.1.1.1/1,', 'ssh -o a ', 'case a ', "s/a", 'A=curl a=| ', 'curl a | sudo -u a=b ', ' -u a=b', 'ssh -o "a" ', '-o "a" ', '0', '--streaming-connection-idle-timeout=0', '00000000', ' ']
    assert.ok(cpuSeconds(() => { for (const part of parts) evaluateAll(resource('command:remote:Command', { create: part.repeat(20_000) })) }) < 10)
  })
})
