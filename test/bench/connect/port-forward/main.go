// What `kubectl port-forward` does, by the code that it does it with.
//
//	port-forward KUBECONFIG NAMESPACE POD LOCAL-PORT:REMOTE-PORT
//
// It is ready when it has printed "Forwarding".
package main

import (
	"net/http"
	"os"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	fail(err)
	client, err := kubernetes.NewForConfig(config)
	fail(err)
	place := client.CoreV1().RESTClient().Post().Resource("pods").Namespace(os.Args[2]).Name(os.Args[3]).SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(config)
	fail(err)
	fallback := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, place)
	tunnel, err := portforward.NewSPDYOverWebsocketDialer(place, config)
	fail(err)
	dialer := portforward.NewFallbackDialer(tunnel, fallback, func(error) bool { return true })
	forwarder, err := portforward.New(dialer, os.Args[4:], make(chan struct{}), make(chan struct{}), os.Stdout, os.Stderr)
	fail(err)
	fail(forwarder.ForwardPorts())
}

func fail(err error) {
	if err != nil {
		panic(err)
	}
}
