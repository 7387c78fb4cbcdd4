// What kube-proxy's own code makes of Services and EndpointSlices: its proxiers, with fakes for what would reach the
// kernel. Reads one JSON document, writes another; see kube-proxy.ts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
	"unsafe"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	sysctltest "k8s.io/component-helpers/node/util/sysctl/testing"
	"k8s.io/kubernetes/pkg/proxy"
	"k8s.io/kubernetes/pkg/proxy/conntrack"
	"k8s.io/kubernetes/pkg/proxy/healthcheck"
	"k8s.io/kubernetes/pkg/proxy/iptables"
	"k8s.io/kubernetes/pkg/proxy/ipvs"
	ipsettest "k8s.io/kubernetes/pkg/proxy/ipvs/ipset/testing"
	netlinktest "k8s.io/kubernetes/pkg/proxy/ipvs/testing"
	utilipvs "k8s.io/kubernetes/pkg/proxy/ipvs/util"
	ipvstest "k8s.io/kubernetes/pkg/proxy/ipvs/util/testing"
	"k8s.io/kubernetes/pkg/proxy/metrics"
	"k8s.io/kubernetes/pkg/proxy/nftables"
	proxyutil "k8s.io/kubernetes/pkg/proxy/util"
	iptablestest "k8s.io/kubernetes/pkg/util/iptables/testing"
	"sigs.k8s.io/knftables"
)

// A family's value is under "IPv4" or "IPv6".
type node struct {
	Name    string
	Zone    string
	NodeIPs map[v1.IPFamily]string
	PodCIDR map[v1.IPFamily]string
}

type input struct {
	Nodes    []node
	Services []*v1.Service
	Slices   []*discovery.EndpointSlice
}

type view struct {
	IPTables map[v1.IPFamily]string   `json:"iptables"`
	NFTables map[v1.IPFamily]string   `json:"nftables"`
	IPVS     map[v1.IPFamily][]string `json:"ipvs"`
}

const period = time.Hour

func main() {
	// knftables asks the program "nft" for its version before it gives anything: that is us, too.
	if filepath.Base(os.Args[0]) == "nft" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		fmt.Println("nftables v1.0.9 (Old Doc Yak #3)")
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	if err := beNft(); err != nil {
		return err
	}
	views := map[string]view{}
	for _, node := range in.Nodes {
		made := view{
			IPTables: map[v1.IPFamily]string{},
			NFTables: map[v1.IPFamily]string{},
			IPVS:     map[v1.IPFamily][]string{},
		}
		for _, family := range []v1.IPFamily{v1.IPv4Protocol, v1.IPv6Protocol} {
			var err error
			if made.IPTables[family], err = ofIPTables(in, node, family); err != nil {
				return err
			}
			if made.NFTables[family], err = ofNFTables(in, node, family); err != nil {
				return err
			}
			if made.IPVS[family], err = ofIPVS(in, node, family); err != nil {
				return err
			}
		}
		views[node.Name] = made
	}
	return json.NewEncoder(os.Stdout).Encode(views)
}

func beNft() error {
	folder, err := os.MkdirTemp("", "kube-proxy-")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Symlink(self, filepath.Join(folder, "nft")); err != nil {
		return err
	}
	os.Setenv("KUBE_PROXY_NFTABLES_SKIP_KERNEL_VERSION_CHECK", "1")
	return os.Setenv("PATH", folder+":"+os.Getenv("PATH"))
}

func ofIPTables(in input, node node, family v1.IPFamily) (string, error) {
	fake := iptablestest.NewFake()
	if family == v1.IPv6Protocol {
		fake = iptablestest.NewIPv6Fake()
	}
	made, err := iptables.NewProxier(context.Background(), family, fake, sysctltest.NewFake(),
		period, period, false, true, 14, detector(node, family), node.Name, nodeIP(node, family),
		nil, nil, nil, false)
	if err != nil {
		return "", err
	}
	standAlone(made)
	// Counters would be made in this machine's kernel; a node has those.
	set(made, "nfacct", nil)
	set(made, "nfAcctCounters", map[string]bool{metrics.LocalhostNodePortAcceptedNFAcctCounter: true})
	feed(made, in, node)
	return fake.Dump.String(), nil
}

func ofNFTables(in input, node node, family v1.IPFamily) (string, error) {
	made, err := nftables.NewProxier(context.Background(), family, period, period, false, 14,
		detector(node, family), node.Name, nodeIP(node, family), nil, nil, nil, false)
	if err != nil {
		return "", err
	}
	table := knftables.IPv4Family
	if family == v1.IPv6Protocol {
		table = knftables.IPv6Family
	}
	fake := knftables.NewFake(table, "kube-proxy")
	standAlone(made)
	set(made, "nftables", fake)
	feed(made, in, node)
	return fake.Dump(), nil
}

func ofIPVS(in input, node node, family v1.IPFamily) ([]string, error) {
	fake := ipvstest.NewFake()
	firewall := iptablestest.NewFake()
	if family == v1.IPv6Protocol {
		firewall = iptablestest.NewIPv6Fake()
	}
	sysctl := sysctltest.NewFake()
	made, err := ipvs.NewProxier(context.Background(), family, firewall, fake, ipsettest.NewFake("6.19"),
		sysctl, period, period, nil, false, 0, 0, 0, false, 14, detector(node, family), node.Name,
		nodeIP(node, family), nil, nil, "", nil, false)
	if err != nil {
		return nil, err
	}
	links := netlinktest.NewFakeNetlinkHandle(family == v1.IPv6Protocol)
	if err := links.SetLocalAddresses("eth0", node.NodeIPs[family]); err != nil {
		return nil, err
	}
	standAlone(made)
	set(made, "netlinkHandle", links)
	feed(made, in, node)
	return table(fake)
}

// A server is a line, and those behind it lines with "-> " in front.
func table(fake *ipvstest.FakeIPVS) ([]string, error) {
	servers, err := fake.GetVirtualServers()
	if err != nil {
		return nil, err
	}
	var blocks []string
	for _, server := range servers {
		address := net.JoinHostPort(server.Address.String(), strconv.Itoa(int(server.Port)))
		line := fmt.Sprintf("%s %s %s", server.Protocol, address, server.Scheduler)
		if server.Flags&utilipvs.FlagPersistent != 0 {
			line += fmt.Sprintf(" persistent %d", server.Timeout)
		}
		behind, err := fake.GetRealServers(server)
		if err != nil {
			return nil, err
		}
		var lines []string
		for _, one := range behind {
			lines = append(lines, fmt.Sprintf("-> %s %d", one.String(), one.Weight))
		}
		sort.Strings(lines)
		blocks = append(blocks, strings.Join(append([]string{line}, lines...), "\n"))
	}
	sort.Strings(blocks)
	return blocks, nil
}

func detector(node node, family v1.IPFamily) proxyutil.LocalTrafficDetector {
	return proxyutil.NewDetectLocalByCIDR(node.PodCIDR[family])
}

func nodeIP(node node, family v1.IPFamily) net.IP {
	return net.ParseIP(node.NodeIPs[family])
}

// Health checks of Services would listen, and forgotten connections be deleted.
func standAlone(proxier any) {
	set(proxier, "serviceHealthServer", healthcheck.NewFakeServiceHealthServer())
	set(proxier, "conntrack", conntrack.NewFake())
}

func set(proxier any, name string, value any) {
	field := reflect.ValueOf(proxier).Elem().FieldByName(name)
	writable := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
	if value == nil {
		writable.SetZero()
	} else {
		writable.Set(reflect.ValueOf(value))
	}
}

func feed(to proxy.Provider, in input, node node) {
	to.OnTopologyChange(map[string]string{v1.LabelTopologyZone: node.Zone})
	for _, service := range in.Services {
		to.OnServiceAdd(service)
	}
	for _, slice := range in.Slices {
		to.OnEndpointSliceAdd(slice)
	}
	to.OnEndpointSlicesSynced()
	to.OnServiceSynced()
}
