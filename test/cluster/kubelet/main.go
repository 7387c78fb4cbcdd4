// A kubelet that does nothing but forward ports, with the code that container runtimes do it with. "Pods" are whatever
// listens on 127.x.y.z, where a Pod's address in the cluster is 10.x.y.z.
//
//	kubelet PORT PODS
//
// PODS is a JSON file, read again for each connection: {"shop/web-1": "127.1.2.3"}. It is ready when it has printed "ready".
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

type forwarder struct{ pods string }

// PortForward speaks of a port that nobody listens on as containerd does.
func (f forwarder) PortForward(_ context.Context, name, _ string, port int32, stream io.ReadWriteCloser) error {
	address, err := f.addressOf(name)
	if err != nil {
		return err
	}
	connection, err := net.Dial("tcp4", fmt.Sprintf("%s:%d", address, port))
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside namespace %q: %w", port, name, err)
	}
	defer connection.Close()
	var once sync.Once
	done := make(chan struct{})
	end := func() { once.Do(func() { close(done) }) }
	go func() {
		io.Copy(connection, stream)
		connection.(*net.TCPConn).CloseWrite()
	}()
	go func() {
		io.Copy(stream, connection)
		end()
	}()
	<-done
	return nil
}

func (f forwarder) addressOf(name string) (string, error) {
	text, err := os.ReadFile(f.pods)
	if err != nil {
		return "", err
	}
	pods := map[string]string{}
	if err := json.Unmarshal(text, &pods); err != nil {
		return "", err
	}
	address, ok := pods[name]
	if !ok {
		return "", fmt.Errorf("pod %q is not running", name)
	}
	return address, nil
}

func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func main() {
	own, err := certificate()
	if err != nil {
		panic(err)
	}
	listener, err := tls.Listen("tcp4", "127.0.0.1:"+os.Args[1], &tls.Config{Certificates: []tls.Certificate{own}})
	if err != nil {
		panic(err)
	}
	pods := forwarder{os.Args[2]}
	serve := func(writer http.ResponseWriter, request *http.Request) {
		// /portForward/NAMESPACE/POD
		name := strings.TrimPrefix(request.URL.Path, "/portForward/")
		options, err := portforward.NewV4Options(request)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		protocols := []string{portforward.ProtocolV1Name}
		portforward.ServePortForward(writer, request, pods, name, "", options, 4*time.Hour, 30*time.Second, protocols)
	}
	fmt.Println("ready")
	panic(http.Serve(listener, http.HandlerFunc(serve)))
}
