// A forwarder by Pion, as its examples make one: what one publisher sends goes to all subscribers.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc"
)

type source struct {
	peer *webrtc.PeerConnection
	ssrc uint32
}

func main() {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetSRTPReplayProtectionWindow(1024)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		log.Fatal(err)
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		log.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(interceptors))
	capability := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264}
	track, err := webrtc.NewTrackLocalStaticRTP(capability, "v", "s")
	if err != nil {
		log.Fatal(err)
	}
	answer := func(write http.ResponseWriter, request *http.Request, prepare func(*webrtc.PeerConnection) error) {
		peer, err := api.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			log.Fatal(err)
		}
		offer, _ := io.ReadAll(request.Body)
		if err := prepare(peer); err != nil {
			log.Fatal(err)
		}
		if err := peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)}); err != nil {
			log.Fatal(err)
		}
		description, err := peer.CreateAnswer(nil)
		if err != nil {
			log.Fatal(err)
		}
		gathered := webrtc.GatheringCompletePromise(peer)
		if err := peer.SetLocalDescription(description); err != nil {
			log.Fatal(err)
		}
		<-gathered
		write.WriteHeader(201)
		io.WriteString(write, peer.LocalDescription().SDP)
	}
	var publisher atomic.Pointer[source]
	askKeyframe := func() {
		if from := publisher.Load(); from != nil {
			from.peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: from.ssrc}})
		}
	}
	http.HandleFunc("/publish", func(write http.ResponseWriter, request *http.Request) {
		answer(write, request, func(peer *webrtc.PeerConnection) error {
			peer.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
				publisher.Store(&source{peer, uint32(remote.SSRC())})
				buffer := make([]byte, 1500)
				for {
					count, _, err := remote.Read(buffer)
					if err != nil {
						return
					}
					if _, err := track.Write(buffer[:count]); err != nil {
						return
					}
				}
			})
			return nil
		})
	})
	http.HandleFunc("/subscribe", func(write http.ResponseWriter, request *http.Request) {
		answer(write, request, func(peer *webrtc.PeerConnection) error {
			sender, err := peer.AddTrack(track)
			if err != nil {
				return err
			}
			go func() {
				for {
					packets, _, err := sender.ReadRTCP()
					if err != nil {
						return
					}
					for _, packet := range packets {
						if _, ok := packet.(*rtcp.PictureLossIndication); ok {
							askKeyframe()
						}
					}
				}
			}()
			askKeyframe()
			return nil
		})
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().String())
	log.Fatal(http.Serve(listener, nil))
}
