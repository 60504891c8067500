// flanneld for a Kubernetes cluster with VXLAN: flannel's own packages, linked by a main of ours, because
// flannel's own main also links backends whose cloud SDKs cannot be had everywhere. It does what that main
// does with --kube-subnet-mgr --ip-masq: reads net-conf.json, annotates its node (NODE_NAME), makes
// flannel.1 with the MTU of the interface that has the address --iface, writes subnet.env, keeps the routes.
package main

import (
	"context"
	"flag"
	"net"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/flannel-io/flannel/pkg/backend"
	_ "github.com/flannel-io/flannel/pkg/backend/vxlan"
	"github.com/flannel-io/flannel/pkg/ip"
	"github.com/flannel-io/flannel/pkg/ipmatch"
	"github.com/flannel-io/flannel/pkg/subnet"
	"github.com/flannel-io/flannel/pkg/subnet/kube"
	"github.com/flannel-io/flannel/pkg/trafficmngr/nftables"
	log "k8s.io/klog/v2"
)

const resyncSeconds = 5

func main() {
	address := flag.String("iface", "", "address of this node; the interface that has it carries the VXLAN")
	netConf := flag.String("net-config-path", "/etc/kube-flannel/net-conf.json", "the network's configuration")
	subnetFile := flag.String("subnet-file", "/run/flannel/subnet.env", "where subnet and MTU are written for the CNI")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *address, *netConf, *subnetFile); err != nil && ctx.Err() == nil {
		log.Exit(err)
	}
}

// run returns when ctx ends, or when the network cannot be set up.
func run(ctx context.Context, address, netConf, subnetFile string) error {
	if err := waitForAddress(ctx, address); err != nil {
		return err
	}
	manager, err := kube.NewSubnetManager(ctx, "", "", "flannel.alpha.coreos.com", netConf, true)
	if err != nil {
		return err
	}
	config, err := manager.GetNetworkConfig(ctx)
	if err != nil {
		return err
	}
	stack, err := ipmatch.GetIPFamily(config.EnableIPv4, config.EnableIPv6)
	if err != nil {
		return err
	}
	external, err := ipmatch.LookupExtIface(address, "", "", stack, ipmatch.PublicIPOpts{})
	if err != nil {
		return err
	}

	vxlan, err := backend.NewManager(ctx, manager, external).GetBackend(config.BackendType)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	network, err := vxlan.RegisterNetwork(ctx, &running, config)
	if err != nil {
		return err
	}
	if err := allowTraffic(ctx, config, network); err != nil {
		return err
	}
	lease := network.Lease()
	if err := manager.HandleSubnetFile(subnetFile, config, true, lease.Subnet, lease.IPv6Subnet, network.MTU()); err != nil {
		return err
	}
	log.Infof("subnet %s, MTU %d, over %s (%s)", lease.Subnet, network.MTU(), external.Iface.Name, address)

	running.Go(func() { network.Run(ctx) })
	if err := manager.CompleteLease(ctx, lease, &running); err != nil {
		return err
	}
	running.Wait()
	return nil
}

// waitForAddress waits until an interface has the address: a tunnel may come up after the kubelet.
func waitForAddress(ctx context.Context, address string) error {
	for said := false; ; said = true {
		if _, err := ip.GetInterfaceByIP(net.ParseIP(address)); err == nil {
			return nil
		}
		if !said {
			log.Infof("no interface has the address %q (--iface) yet, waiting", address)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// allowTraffic lets the pods' traffic through the forward chain and masquerades what leaves the pod network.
func allowTraffic(ctx context.Context, config *subnet.Config, network backend.Network) error {
	rules := &nftables.NFTablesManager{}
	if err := rules.Init(ctx); err != nil {
		return err
	}
	var none4 ip.IP4Net
	var none6 ip.IP6Net
	err := rules.SetupAndEnsureMasqRules(ctx, config.Network, none4, none4, config.IPv6Network, none6, none6,
		network.Lease(), resyncSeconds, false)
	if err != nil {
		return err
	}
	rules.SetupAndEnsureForwardRules(ctx, config.Network, config.IPv6Network, resyncSeconds)
	return nil
}
